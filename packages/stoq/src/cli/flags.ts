import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { StoqError } from '../errors.ts'
import { nearest } from './nearest.ts'

/** A flag of a command that runs no worker. */
export interface Flag {
  /** One letter. */
  short?: string
  /** What its value is called; absent: it takes none. */
  value?: string
  help: string
}

/** A command, as its `--help` shows it. */
export interface CommandUsage {
  /** How it is called, without `stoq` and flags: `test PLUGIN...`. */
  call: string
  /** What it does; may be of several lines. */
  about: string
  flags: Readonly<Record<string, Flag>>
}

/** What was said on the command line. */
export interface Said {
  /** Words that are no flags. */
  words: string[]
  /** The value of each flag that was given; `true` for those that take none. */
  flags: Readonly<Record<string, string | true | undefined>>
}

/** Reads the words of a command; null when help was wanted, and shown. Throws STOQ_CLI_USAGE. */
export function readFlags(usage: CommandUsage, words: readonly string[]): Said | null {
  const { tokens } = parseArgs({ args: [...words], options: toOptions(usage), strict: false, tokens: true })
  const said = { words: [] as string[], flags: {} as Record<string, string | true> }
  for (const token of tokens) {
    if (token.kind === 'positional') said.words.push(token.value)
    if (token.kind !== 'option') continue
    if (token.name === 'help') {
      process.stdout.write(helpText(usage))
      return null
    }
    said.flags[token.name] = readValue(usage, token)
  }
  return said
}

/** Flags and how the command is called, for people. */
export function helpText({ call, about, flags }: CommandUsage): string {
  const rows = [...Object.entries(flags), ['help', { short: 'h', help: 'Show this help' }] as [string, Flag]]
  const lines = rows.map(([name, { short, value, help }]) => {
    const left = `${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`
    return `  ${left.padEnd(26)} ${help}`
  })
  return `usage: stoq ${call} [flags]\n\n${about}\n\nFlags:\n${lines.join('\n')}\n`
}

function toOptions({ flags }: CommandUsage): ParseArgsOptionsConfig {
  const options: ParseArgsOptionsConfig = { help: { type: 'boolean', short: 'h' } }
  for (const [name, { short, value }] of Object.entries(flags)) {
    options[name] = { type: value === undefined ? 'boolean' : 'string', ...(short && { short }) }
  }
  return options
}

function readValue(
  { flags, call }: CommandUsage,
  token: { name: string; rawName: string; value?: string | undefined },
): string | true {
  const { name, rawName, value } = token
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined
  const command = call.split(' ', 1)[0]
  if (!flag) {
    const near = nearest(
      rawName,
      Object.keys(flags).map(each => `--${each}`),
    )
    throw usageFault(`unknown flag ${rawName}${near}; 'stoq ${command} --help' shows all`)
  }
  if (flag.value === undefined) {
    if (value !== undefined) throw usageFault(`${rawName} takes no value, got '${value}'`)
    return true
  }
  if (value === undefined || value === '') throw usageFault(`${rawName} needs a value: ${flag.value}`)
  return value
}

/** Wrong usage: nothing was done. */
export function usageFault(text: string): StoqError {
  return new StoqError('STOQ_CLI_USAGE', [text])
}
