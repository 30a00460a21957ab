import type { Dialect } from './dialects.ts'
import {
  Bytes,
  characterOf,
  joinList,
  listOf,
  numberOf,
  Pattern,
  replaceAll,
  splitText,
  textOf,
  type Value,
  type Work,
} from './values.ts'

/** A call whose arguments are known. */
export interface Call {
  /** In small letters. */
  name: string
  /** What is named before it: `convert` of `[Convert]::FromBase64String`. */
  owner: string
  /** The value that the method belongs to, where it is known. */
  receiver: Value | undefined
  args: readonly Value[]
  language: Dialect['name']
  work: Work
}

type Method = (call: Call) => Value | undefined

/** What a call gives; undefined for functions that are not known, or not with these arguments. */
export function applyCall(call: Call): Value | undefined {
  const method = call.receiver === undefined ? functions.get(call.name) : methods.get(call.name)
  return method?.(call)
}

const asText = (value: Value | undefined) => (typeof value === 'string' ? value : undefined)

function withText(
  value: Value | undefined,
  { work }: Call,
  make: (text: string) => Value | undefined,
): Value | undefined {
  const text = textOf(value)
  return text === undefined || !work.take(text.length) ? undefined : make(text)
}

function table(entries: Readonly<Record<string, Method>>): ReadonlyMap<string, Method> {
  return new Map(
    Object.entries(entries).flatMap(([names, method]) =>
      names.split(' ').map(name => [name, method] as const),
    ),
  )
}

/** Functions, and methods of classes. */
const functions = table({
  'chr chrw chrb chr$ chrw$': ({ args: [code] }) => characterOf(code),
  fromcharcode: ({ args, work }) =>
    characters(args.length === 1 && args[0] !== undefined ? listOf(args[0]) : args, work),
  'unescape decodeuri decodeuricomponent unescapedatastring urldecode': call =>
    withText(call.args[0], call, unescaped),
  atob: call => withText(call.args[0], call, text => base64(text)?.latin1),
  frombase64string: call => withText(call.args[0], call, base64),
  getstring: ({ args: [bytes], owner, work }) => decoded(bytes, owner, work),
  'strreverse strreverse$': call => withText(call.args[0], call, reversed),
  'replace replace$': ({ args: [text, old, put], work }) =>
    typeof text === 'string' && typeof old === 'string' && typeof put === 'string'
      ? replaceAll(text, old, put, work)
      : undefined,
  split: ({ args: [text, separator = ' '], work }) =>
    typeof text === 'string' && typeof separator === 'string' && separator !== ''
      ? splitText(text, separator, work)
      : undefined,
  join: ({ args, work }) => joinCall(args, work),
  'concat concat$': ({ args, work }) =>
    joinList(args.length === 1 && args[0] !== undefined ? listOf(args[0]) : args, '', work),
  array: ({ args }) => [...args],
  'mid mid$': call => {
    const [text, start = 1, length] = call.args
    return withText(text, call, whole => cut(whole, (numberOf(start) ?? 0) - 1, numberOf(length)))
  },
  'left left$': call => withText(call.args[0], call, text => cut(text, 0, numberOf(call.args[1]) ?? -1)),
  'right right$': call =>
    withText(call.args[0], call, text =>
      cut(text, Math.max(0, text.length - (numberOf(call.args[1]) ?? 0)), text.length),
    ),
  'lcase lcase$': call => withText(call.args[0], call, text => text.toLowerCase()),
  'ucase ucase$': call => withText(call.args[0], call, text => text.toUpperCase()),
  'trim trim$ ltrim rtrim': call => withText(call.args[0], call, text => text.trim()),
  'cstr cstr$ string': ({ args: [value] }) => textOf(value),
  'clng cint cbyte cdbl val number': ({ args: [value] }) => numberOf(value),
  parseint: ({ args: [value, base = 10] }) => parsed(value, base),
  'toint32 toint16 tobyte': ({ args: [value, base = 10] }) => parsed(value, base),
  tochar: ({ args: [value] }) => characterOf(value),
  'asc ascw ascb': ({ args: [text] }) =>
    typeof text === 'string' && text !== '' ? text.charCodeAt(0) : undefined,
})

/** Methods of strings and lists. */
const methods = table({
  'replace replaceall': ({ name, language, receiver, args: [old, put], work }) => {
    if (typeof receiver !== 'string' || typeof put !== 'string') return undefined
    const text = old instanceof Pattern ? old.text : asText(old)
    if (text === undefined) return undefined
    const isAll = old instanceof Pattern ? old.isGlobal : name === 'replaceall' || language !== 'js'
    if (isAll) return replaceAll(receiver, text, put, work)
    return work.take(receiver.length) ? receiver.replace(text, () => put) : undefined
  },
  split: ({ receiver, args: [separator], work }) => {
    const plain = separator instanceof Pattern ? separator.text : asText(separator)
    return typeof receiver === 'string' && plain !== undefined ? splitText(receiver, plain, work) : undefined
  },
  reverse: ({ receiver, work }) =>
    Array.isArray(receiver) && work.take(receiver.length) ? receiver.toReversed() : undefined,
  join: ({ receiver, args: [separator = ','], work }) =>
    Array.isArray(receiver) && typeof separator === 'string'
      ? joinList(receiver, separator, work)
      : undefined,
  concat: ({ receiver, args, work }) =>
    typeof receiver === 'string' ? joinList([receiver, ...args.flatMap(listOf)], '', work) : undefined,
  'substr substring slice': call => substring(call),
  remove: ({ receiver, args: [start, length], work }) => {
    const [from, count] = [numberOf(start), numberOf(length) ?? Number.MAX_SAFE_INTEGER]
    if (typeof receiver !== 'string' || from === undefined || !work.take(receiver.length)) return undefined
    return receiver.slice(0, from) + receiver.slice(from + count)
  },
  insert: ({ receiver, args: [at, text], work }) => {
    const from = numberOf(at)
    if (typeof receiver !== 'string' || typeof text !== 'string' || from === undefined) return undefined
    return work.take(receiver.length) ? receiver.slice(0, from) + text + receiver.slice(from) : undefined
  },
  'charat at': ({ receiver, args: [at = 0] }) =>
    typeof receiver === 'string' ? receiver[numberOf(at) ?? -1] : undefined,
  charcodeat: ({ receiver, args: [at = 0] }) =>
    typeof receiver === 'string' ? receiver.charCodeAt(numberOf(at) ?? -1) || undefined : undefined,
  'tolower tolowercase': call => withText(asText(call.receiver), call, text => text.toLowerCase()),
  'toupper touppercase': call => withText(asText(call.receiver), call, text => text.toUpperCase()),
  'trim trimstart trimend': call => withText(asText(call.receiver), call, text => text.trim()),
  'tostring normalize': ({ receiver, args }) => (args.length === 0 ? asText(receiver) : undefined),
  tochararray: call => withText(asText(call.receiver), call, text => text.split('')),
})

function characters(codes: readonly Value[], work: Work): string | undefined {
  if (!work.take(codes.length)) return undefined
  const parts: string[] = []
  for (const code of codes) {
    const character = characterOf(code)
    if (character === undefined) return undefined
    parts.push(character)
  }
  return parts.length === 0 ? undefined : parts.join('')
}

/** `%41` and `%u0041`. */
function unescaped(text: string): string {
  return text.replace(/%u([\da-f]{4})|%([\da-f]{2})/gi, (_, wide?: string, narrow?: string) =>
    String.fromCharCode(Number.parseInt(wide ?? narrow ?? '', 16)),
  )
}

/** Strict, but for white space and padding: what is no Base64 is not decoded. */
function base64(text: string): Bytes | undefined {
  const digits = text.replace(/\s+/g, '')
  if (digits.length < 2 || digits.length % 4 === 1 || !/^[\w+/-]+={0,2}$/.test(digits)) return undefined
  return new Bytes(Buffer.from(digits, 'base64').toString('latin1'))
}

function decoded(value: Value | undefined, encoding: string, work: Work): string | undefined {
  if (!(value instanceof Bytes) || !work.take(value.latin1.length)) return undefined
  const bytes = Buffer.from(value.latin1, 'latin1')
  return encoding === 'unicode' ? bytes.toString('utf16le') : value.latin1
}

function reversed(text: string): string {
  return text.split('').reverse().join('')
}

/** `Join(list, separator)` of VBScript, `[string]::Join(separator, list)` of .NET. */
function joinCall([first, second = ' ', ...rest]: readonly Value[], work: Work): string | undefined {
  if (Array.isArray(first)) return typeof second === 'string' ? joinList(first, second, work) : undefined
  return typeof first === 'string' ? joinList([...listOf(second), ...rest], first, work) : undefined
}

function cut(text: string, start: number, length = text.length): string | undefined {
  return start < 0 || length < 0 ? undefined : text.slice(start, start + length)
}

/** The second number is a length for `substr`, and in .NET. */
function substring({ name, language, receiver, args: [start = 0, second], work }: Call): Value | undefined {
  const from = numberOf(start)
  const to = second === undefined ? undefined : numberOf(second)
  if (from === undefined || (second !== undefined && to === undefined)) return undefined
  if (Array.isArray(receiver)) {
    return name === 'slice' && work.take(receiver.length) ? receiver.slice(from, to) : undefined
  }
  if (typeof receiver !== 'string') return undefined
  return name === 'substr' || language !== 'js' ? cut(receiver, from, to) : receiver.slice(from, to)
}

function parsed(value: Value | undefined, base: Value): number | undefined {
  const radix = numberOf(base)
  if (radix === undefined || radix < 2 || radix > 36) return undefined
  const text = textOf(value)
  const number = text === undefined || text.length > 40 ? Number.NaN : Number.parseInt(text, radix)
  return Number.isNaN(number) ? undefined : number
}
