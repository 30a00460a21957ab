import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { errorText, StoqError } from '../errors.ts'
import { nearest } from './nearest.ts'
import { type Argument, workerFlags } from './worker-flags.ts'

/** What `addArgument` takes, in the words of Python's argparse. */
export interface ArgumentOptions {
  /** Attribute that gets the value; the long flag with `_` for `-` when absent. */
  dest?: string
  help?: string
  metavar?: string
  choices?: readonly string[]
  /** Value when the flag is not given; absent: the option of the `.stoq` file stands. */
  default?: unknown
  /** `store_true`, `store_false`: a flag without value. */
  action?: 'store' | 'store_true' | 'store_false'
  /** `+` or `*`: several values follow. */
  nargs?: '+' | '*'
  /** Makes the value of the text; throws a text that says what is wanted. */
  type?: (text: string) => unknown
}

/** The help text, on its way through `activate`. */
export class StoqHelp extends Error {
  override name = 'StoqHelp'
  /** The flags that the worker takes. */
  readonly flags: readonly Argument[]

  constructor(text: string, flags: readonly Argument[] = []) {
    super(text)
    this.flags = flags
  }
}

/** The flags of a worker: those that all workers share, and its own. */
export class StoqArgs {
  readonly #arguments: Argument[] = [...workerFlags]
  readonly #defaults: Record<string, unknown> = {}

  /** Adds a flag of the worker's own; shown under Plugin Options. A shared flag of the same name gives way. */
  addArgument(...definition: [...flags: string[], options: ArgumentOptions]): this {
    const options = definition.pop() as ArgumentOptions
    const flags = definition as string[]
    const long = flags.find(flag => flag.startsWith('--')) ?? flags[0] ?? ''
    const dest = options.dest ?? long.replace(/^-+/, '').replaceAll('-', '_')
    const own: Argument = { flags, dest, help: options.help ?? '', group: 'Plugin Options' }
    if (options.action === 'store_false') own.constant = false
    if (options.action === undefined || options.action === 'store')
      own.metavar = options.metavar ?? dest.toUpperCase()
    if (options.nargs) own.several = true
    if (options.choices) own.choices = options.choices
    if (options.type) own.parse = options.type
    for (const other of this.#arguments) other.flags = other.flags.filter(flag => !flags.includes(flag))
    this.#arguments.push(own)
    if (options.default !== undefined) this.#defaults[dest] = options.default
    return this
  }

  /** Reads flags; gives only what was said, and the defaults of own flags. Throws STOQ_CLI_USAGE, or StoqHelp for -h. */
  parseArgs(argv: readonly string[]): Record<string, unknown> {
    const result: Record<string, unknown> = { ...this.#defaults }
    const known = new Map(this.#arguments.flatMap(argument => argument.flags.map(flag => [flag, argument])))
    const words = spreadValues(lengthen(argv, [...known.keys()]), known)
    const { tokens } = parseArgs({ args: words, options: toOptions(known), strict: false, tokens: true })
    for (const token of tokens) {
      if (token.kind === 'option-terminator') continue
      if (token.kind === 'positional') throw usage(`unexpected argument '${token.value}'`)
      if (token.rawName === '-h' || token.rawName === '--help')
        throw new StoqHelp(this.help(), this.#arguments)
      const argument = known.get(token.rawName)
      if (!argument) throw usage(`unknown flag ${token.rawName}${nearest(token.rawName, [...known.keys()])}`)
      const value = readValue(argument, token)
      const earlier = result[argument.dest]
      result[argument.dest] = argument.several ? [...(Array.isArray(earlier) ? earlier : []), value] : value
    }
    return result
  }

  /** The flags in their groups, for people. */
  help(): string {
    const rows = [helpFlag, ...this.#arguments.filter(({ flags }) => flags.length > 0)]
    const groups = Map.groupBy(rows, ({ group }) => group)
    return [...groups].map(([group, members]) => `${group}:\n${members.map(line).join('\n')}`).join('\n\n')
  }
}

const helpFlag: Argument = {
  flags: ['-h', '--help'],
  dest: 'help',
  help: 'Show this help',
  group: 'General Options',
}

type Flags = ReadonlyMap<string, Argument>

/** What node's parseArgs has to know: names, short names, and which flags take a value. */
function toOptions(known: Flags): ParseArgsOptionsConfig {
  const options: ParseArgsOptionsConfig = { help: { type: 'boolean', short: 'h' } }
  for (const [flag, argument] of known) {
    const type = argument.metavar === undefined ? 'boolean' : 'string'
    if (flag.startsWith('--')) options[flag.slice(2)] = { type }
    else options[`short ${flag}`] = { type, short: flag.slice(1) }
  }
  return options
}

/** A long flag may be shortened as long as it is clear which one is meant. */
function lengthen(words: readonly string[], flags: readonly string[]): string[] {
  return words.map(word => {
    const [name = ''] = word.split('=', 1)
    if (!/^--\w/.test(name) || flags.includes(name)) return word
    const meant = flags.filter(flag => flag.startsWith(name))
    return meant.length === 1 ? meant[0] + word.slice(name.length) : word
  })
}

/** `--metadata a b` is `--metadata a --metadata b`: the words up to the next flag belong to it. */
function spreadValues(words: readonly string[], known: Flags): string[] {
  let current = ''
  return words.flatMap((word, index) => {
    if (word.startsWith('-')) {
      current = known.get(word)?.several ? word : ''
      return [word]
    }
    return current && words[index - 1] !== current ? [current, word] : [word]
  })
}

function readValue(
  argument: Argument,
  token: { rawName: string; value?: string | undefined; inlineValue?: boolean | undefined },
): unknown {
  const { rawName, value } = token
  if (argument.metavar === undefined) {
    if (value !== undefined) throw usage(`${rawName} takes no value, got '${value}'`)
    return argument.constant ?? true
  }
  if (value === undefined || (!token.inlineValue && /^-\D/.test(value))) {
    throw usage(`${rawName} needs a value: ${argument.metavar}`)
  }
  if (argument.choices && !argument.choices.includes(value)) {
    throw usage(`${rawName} must be one of ${argument.choices.join(', ')}, got '${value}'`)
  }
  return converted(argument, rawName, value)
}

function converted({ parse }: Argument, flag: string, value: string): unknown {
  if (!parse) return value
  try {
    return parse(value)
  } catch (error) {
    throw usage(`${flag} must be ${errorText(error)}, got '${value}'`)
  }
}

function usage(text: string): StoqError {
  return new StoqError('STOQ_CLI_USAGE', [text])
}

function line(argument: Argument): string {
  const value = argument.metavar ? ` ${argument.metavar}${argument.several ? ' ...' : ''}` : ''
  const left = `  ${argument.flags.join(', ')}${value}`
  const choices = argument.choices ? ` (${argument.choices.join(', ')})` : ''
  return `${left.padEnd(34)} ${argument.help}${choices}`.trimEnd()
}
