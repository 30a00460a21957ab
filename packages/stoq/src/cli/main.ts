import { errorText, StoqError } from '../errors.ts'
import { printable } from '../results/printable.ts'
import { nearest } from './nearest.ts'
import { outputStatus, watchOutput } from './output.ts'

/** What a command does with the words after its name; resolves to the exit status. */
export type Command = (words: string[]) => Promise<number>

/** Exit status: all well; some payloads had errors; set-up or usage is wrong; the reader of a pipe went away (SIGPIPE). */
export const exitStatus = { ok: 0, trouble: 1, usage: 2, lostReader: 141 } as const

/** The commands, loaded when they are asked for. Any other first word is the name of a worker. */
const commands: Record<string, () => Promise<Command>> = {
  help: async () => (await import('./help.ts')).help,
  list: async () => (await import('./list.ts')).list,
  scan: async () => (await import('./scan.ts')).scan,
  explain: async () => (await import('./explain.ts')).explain,
  shell: async () => (await import('./shell/shell.ts')).shell,
  new: async () => (await import('./new.ts')).newPlugin,
  test: async () => (await import('./test.ts')).test,
  install: async () => (await import('./install.ts')).install,
  uninstall: async () => (await import('./uninstall.ts')).uninstall,
  doctor: async () => (await import('./doctor.ts')).doctor,
  completion: async () => (await import('./completion.ts')).completion,
}
const aliases = new Map([
  ['-h', 'help'],
  ['--help', 'help'],
  ['--version', 'version'],
  ['-V', 'version'],
])

/** Runs the command line; resolves to the exit status. Faults are one line on standard error. */
export async function main(argv: readonly string[]): Promise<number> {
  watchOutput()
  return outputStatus(await runCommand(argv))
}

async function runCommand(argv: readonly string[]): Promise<number> {
  const [word = 'help', ...words] = argv.slice(2)
  const name = aliases.get(word) ?? word
  try {
    if (name === 'version') return await printVersion()
    const command = Object.hasOwn(commands, name) ? await commands[name]?.() : undefined
    if (command) return await command(words)
    const { runWorkerCommand } = await import('./run.ts')
    return await runWorkerCommand(name, words)
  } catch (error) {
    return report(error, argv)
  }
}

/** Names of the commands, for help and suggestions. */
export function commandNames(): string[] {
  return Object.keys(commands)
}

/** The fault of a word that is neither a command nor a worker. */
export function unknownWord(word: string, workers: readonly string[]): StoqError {
  const near = nearest(word, [...commandNames(), ...workers])
  return new StoqError('STOQ_CLI_USAGE', [
    `no command or worker is named '${word}'${near}; 'stoq list' shows all`,
  ])
}

async function printVersion(): Promise<number> {
  const { version } = await import('../plugin/version.ts')
  process.stdout.write(`stoq ${version}\n`)
  return exitStatus.ok
}

function report(error: unknown, argv: readonly string[]): number {
  if (error instanceof Error && error.name === 'StoqHelp') {
    process.stdout.write(`usage: stoq ${printable(argv[2] ?? '')} [flags]\n\n${lines(error.message)}\n`)
    return exitStatus.ok
  }
  process.stderr.write(`stoq: ${printable(errorText(error))}\n`)
  if (argv.includes('debug') && error instanceof Error) process.stderr.write(`${lines(error.stack ?? '')}\n`)
  return exitStatus.usage
}

/** Text of several lines, safe to show. */
function lines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}
