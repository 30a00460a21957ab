import { listing } from '../list.ts'
import type { ShellCommand } from './command.ts'
import { dispatch } from './dispatch.ts'
import { explain } from './explain.ts'
import { mistake } from './faults.ts'
import { hexdump } from './hexdump.ts'
import { load } from './load.ts'
import { ls } from './ls.ts'
import { parent, payload } from './payload-command.ts'
import { read } from './read.ts'
import { results } from './results.ts'
import { run } from './run.ts'
import { save } from './save.ts'
import { set } from './set.ts'
import { strings } from './strings.ts'
import { usage } from './usage.ts'

const list: ShellCommand = {
  usage: 'list',
  summary: 'List the plugins',
  run: ({ session, voice }) => voice.lines(listing(session.stoq.discovery.plugins)),
}

const help: ShellCommand = {
  usage: 'help [COMMAND]',
  summary: 'List the commands, or show more of one',
  complete: (_session, before) => (before.length === 0 ? [...commands.keys()] : []),
  run({ voice, words }) {
    const [word] = words
    const command = word === undefined ? null : commands.get(word)
    if (command === undefined) throw mistake(`there is no command '${word}'`)
    if (command === null) {
      for (const each of new Set(commands.values())) voice.line(`  ${each.usage.padEnd(38)} ${each.summary}`)
      return
    }
    for (const text of [command.usage, `  ${command.summary}`]) voice.line(text)
    if (command.details) voice.line(`  ${command.details}`)
  },
}

/** Ends the shell: the loop knows it by its name. */
export const leave: ShellCommand = {
  usage: 'quit, exit',
  summary: 'Leave the shell (Ctrl-D too)',
  run() {},
}

/** Every command by its name, in the order of the help. */
export const commands: ReadonlyMap<string, ShellCommand> = new Map([
  ['read', read],
  ['dispatch', dispatch],
  ['payload', payload],
  ['..', parent],
  ['run', run],
  ['results', results],
  ['hexdump', hexdump],
  ['strings', strings],
  ['explain', explain],
  ['save', save],
  ['list', list],
  ['load', load],
  ['usage', usage],
  ['set', set],
  ['ls', ls],
  ['help', help],
  ['quit', leave],
  ['exit', leave],
])
