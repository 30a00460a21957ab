import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Argument, workerFlags } from '../../packages/stoq/src/cli/worker-flags.ts'
import { Stoq } from '../../packages/stoq/src/stoq.ts'
import { code, table } from './page.ts'

const bin = fileURLToPath(new URL('../../packages/stoq/bin/stoq.js', import.meta.url))

/** The help of the command, the flags of every worker, and those that single workers add. */
export async function commandBlocks(): Promise<Map<string, string>> {
  const groups = [...new Set(workerFlags.map(flag => flag.group))]
  const flags = groups.map(
    group => `### ${group}\n\n${flagTable(workerFlags.filter(flag => flag.group === group))}`,
  )
  return new Map([
    ['help', `\`\`\`text\n${helpText()}\n\`\`\``],
    ['flags', flags.join('\n\n')],
    ['own-flags', await ownFlags()],
  ])
}

/** What `stoq help` prints, without the logo. */
function helpText(): string {
  const text = execFileSync(process.execPath, [bin, 'help'], { encoding: 'utf8' })
  return text.slice(text.indexOf('usage:')).trim()
}

function flagTable(flags: readonly Argument[]): string {
  const rows = flags.map(flag => [form(flag), code(flag.dest), help(flag)])
  return table(['flag', 'option', 'meaning'], rows)
}

function form({ flags, metavar, several }: Argument): string {
  return flags.map(code).join(', ') + (metavar ? ` ${code(metavar + (several ? ' …' : ''))}` : '')
}

function help({ help: text, choices }: Argument): string {
  return choices ? `${text}: ${choices.map(code).join(', ')}` : text
}

/** Every worker says in its --help what it adds under Plugin Options. */
async function ownFlags(): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'stoq-docs-'))
  const texts: string[] = []
  try {
    for (const { name } of open(home).getPluginsOfCategory('worker')) {
      const stoq = open(home, name)
      const text = await stoq.loadPlugin(name, 'worker').then(
        () => '',
        error => helpOf(error),
      )
      const own = text.split(/\n\n(?=\w)/).find(group => group.startsWith('Plugin Options:'))
      if (own) texts.push(`\`${name}\` adds:\n\n\`\`\`text\n${own.split('\n').slice(1).join('\n')}\n\`\`\``)
      await stoq.close()
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
  return texts.join('\n\n')
}

function open(home: string, worker = ''): Stoq {
  return new Stoq({ base_dir: home, log_level: 'critical', argv: ['stoq', worker, '--help'] })
}

function helpOf(error: unknown): string {
  if (error instanceof Error && error.name === 'StoqHelp') return error.message
  throw error
}
