import { readFileSync } from 'node:fs'
import { type CommandText, commands } from '../../packages/stoq/src/cli/command-table.ts'
import { examples, exitText } from '../../packages/stoq/src/cli/help.ts'
import { type Argument, workerFlags } from '../../packages/stoq/src/cli/worker-flags.ts'

const { version } = JSON.parse(
  readFileSync(new URL('../../packages/stoq/package.json', import.meta.url), 'utf8'),
)

/** The man page of the command, in the macros of man(7), from the tables that the command itself is made of. */
export function manPage(): string {
  const groups = Map.groupBy(workerFlags, ({ group }) => group)
  return [
    // No date: the page is the same whenever it is made.
    `.TH STOQ 1 "" "stoQ ${version}" "User Commands"`,
    section('NAME'),
    'stoq \\- take files apart and analyse every part',
    section('SYNOPSIS'),
    commands.map(synopsis).join('\n.br\n'),
    section('DESCRIPTION'),
    text(
      'Takes payloads from files, folders, addresses and queues, takes each apart as the dispatch rules say,',
    ),
    text('analyses every part with workers, and saves one result document for each.'),
    text('The work is done by processes that have no rights and may be lost.'),
    section('COMMANDS'),
    ...commands.flatMap(commandItem),
    section('FLAGS OF EVERY WORKER'),
    ...[...groups].flatMap(([group, flags]) => [`.SS "${text(group)}"`, ...flags.flatMap(flagItem)]),
    section('EXIT STATUS'),
    text(exitText),
    section('ENVIRONMENT'),
    ...item(bold('STOQ_HOME'), ['The base folder; ~/.stoq when it is not set.']),
    section('FILES'),
    ...item(bold('stoq.cfg'), ['Settings, in the base folder.']),
    ...item(bold('plugins/'), ['Plugins of your own, in the base folder.']),
    ...item(bold('templates/'), ['Templates of your own, in the base folder.']),
    ...item(bold('dispatcher.yar'), ['Dispatch rules instead of those of stoQ, in the base folder.']),
    section('EXAMPLES'),
    ...examples.flatMap(([command, what]) => item(text(command), [what])),
    '',
  ].join('\n')
}

function section(name: string): string {
  return `.SH "${name}"`
}

function synopsis({ usage }: CommandText): string {
  return `.B stoq\n${text(usage)}`
}

function commandItem({ usage, help, flags }: CommandText): string[] {
  const own = Array.isArray(flags) ? flags.map(({ flag, help: what }) => `${flag}: ${what}.`) : []
  return item(bold(usage), [`${help.join(' ')}.`, ...own])
}

function flagItem({ flags, metavar, several, help, choices }: Argument): string[] {
  const value = metavar ? ` \\fI${text(metavar)}\\fR${several ? ' ...' : ''}` : ''
  const words = choices ? [`One of ${choices.join(', ')}.`] : []
  return item(flags.map(bold).join(', ') + value, [`${help}.`, ...words])
}

/** A tagged paragraph. */
function item(tag: string, lines: readonly string[]): string[] {
  return ['.TP', tag, ...lines.map(text)]
}

function bold(word: string): string {
  return `\\fB${text(word)}\\fR`
}

/** Text that is no markup: backslashes, hyphens of flags, and what begins a line as a request would. */
function text(line: string): string {
  return line
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('~', '\\(ti')
    .replace(/^([.'])/, '\\&$1')
}
