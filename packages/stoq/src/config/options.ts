import { StoqError } from '../errors.ts'

/** Where an option comes from, for messages. */
export interface OptionSource {
  /** `category:name` of the plugin. */
  plugin: string
  file: string
}

/**
 * Sets every option as a field of a plugin: text in the type that `typeOption` gives it, other values as they are.
 * Throws STOQ_PLUGIN_OPTION, and sets nothing, when one has a wrong type or the name of something that is not a field.
 */
export function applyOptions(
  target: object,
  options: Readonly<Record<string, unknown>>,
  where: OptionSource,
): void {
  const declared = declaredFields(target)
  const typed = Object.entries(options).map(([key, value]): [string, unknown] => {
    if (isTaken(target, key)) throw wrong(key, key, 'renamed: stoQ itself or a method uses that name', where)
    if (!declared.has(key)) declared.set(key, ownValue(target, key))
    const known = declared.get(key)
    return [
      key,
      typeof value === 'string' ? typeOption(key, value, known, where) : same(key, value, known, where),
    ]
  })
  for (const [key, value] of typed) Reflect.set(target, key, value)
}

/**
 * An option's text as the value that a plugin gets: of the type of `declared`, the default of the plugin's field.
 * Without such a default the end of the name decides (`_list`, `_tuple`, `_dict`, `_int`), then the words of `booleanWords`.
 */
export function typeOption(key: string, text: string, declared: unknown, where: OptionSource): unknown {
  if (declared === undefined || declared === null) return typeByName(key, text, where)
  if (typeof declared === 'string') return text
  if (typeof declared === 'boolean') return toBoolean(key, text, where)
  if (typeof declared === 'number') return toNumber(key, text, decimal, 'a number', where)
  if (Array.isArray(declared)) return toArray(key, text, declared, where)
  if (isPlainObject(declared)) return toJson(key, text, isPlainObject, 'a JSON object', where)
  throw wrong(key, text, 'left out: the plugin sets it by itself', where)
}

/** A value that is no text must have the type of the field that it lands on. */
function same(key: string, value: unknown, declared: unknown, where: OptionSource): unknown {
  const wanted = typeName(declared)
  if (declared == null || wanted === typeName(value)) return value
  throw wrong(key, JSON.stringify(value) ?? String(value), wanted, where)
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (isPlainObject(value)) return 'a JSON object'
  return typeNames.get(typeof value) ?? 'left out: the plugin sets it by itself'
}

const typeNames: ReadonlyMap<string, string> = new Map([
  ['string', 'a text'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
])

const booleanWords: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['no', false],
  ['off', false],
])

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i
const integer = /^[+-]?\d+$/

/** v1 took `1` and `0` for booleans before it looked at the name; here numerals stay what they are. */
function typeByName(key: string, text: string, where: OptionSource): unknown {
  if (key.endsWith('_list')) return splitList(text)
  if (key.endsWith('_tuple')) return Object.freeze(splitList(text))
  if (key.endsWith('_dict')) return toJson(key, text, isDict, 'a JSON object or list', where)
  if (key.endsWith('_int')) return toNumber(key, text, integer, 'an integer', where)
  return booleanWords.get(text.trim().toLowerCase()) ?? text
}

function toBoolean(key: string, text: string, where: OptionSource): boolean {
  const word = text.trim().toLowerCase()
  const value = word === '1' ? true : word === '0' ? false : booleanWords.get(word)
  if (value === undefined) throw wrong(key, text, 'true or false', where)
  return value
}

function toNumber(key: string, text: string, form: RegExp, wanted: string, where: OptionSource): number {
  const digits = text.trim()
  const value = form.test(digits) ? Number(digits) : Number.NaN
  // Past a certain size an integer would silently become another one.
  const isExact = integer.test(digits) ? Number.isSafeInteger(value) : Number.isFinite(value)
  if (!isExact) throw wrong(key, text, wanted, where)
  return value
}

/** A default that holds numbers gives numbers; every other list holds texts. */
function toArray(
  key: string,
  text: string,
  declared: readonly unknown[],
  where: OptionSource,
): readonly unknown[] {
  const parts: unknown[] = splitList(text)
  const isNumeric = typeof declared[0] === 'number'
  const list = isNumeric
    ? parts.map(part => toNumber(key, String(part), decimal, 'a list of numbers', where))
    : parts
  return Object.isFrozen(declared) || key.endsWith('_tuple') ? Object.freeze(list) : list
}

function splitList(text: string): string[] {
  return text.trim() === '' ? [] : text.split(',').map(part => part.trim())
}

function toJson(
  key: string,
  text: string,
  fits: (value: unknown) => boolean,
  wanted: string,
  where: OptionSource,
): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw wrong(key, text, wanted, where, cause)
  }
  if (!fits(value)) throw wrong(key, text, wanted, where)
  return value
}

function isDict(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function isPlainObject(value: unknown): boolean {
  if (!isDict(value) || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** What the class gave each field that has been set, so that a second source of options sees the same types. */
const fieldsOf = new WeakMap<object, Map<string, unknown>>()

function declaredFields(target: object): Map<string, unknown> {
  const known = fieldsOf.get(target) ?? new Map<string, unknown>()
  fieldsOf.set(target, known)
  return known
}

function ownValue(target: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(target, key)?.value
}

/** Set by the framework, or not to be set by anybody. */
const reserved: ReadonlySet<string> = new Set([
  '__proto__',
  'constructor',
  'prototype',
  'manifest',
  'stoq',
  'log',
  'is_activated',
  'incompatible_plugin',
  'parentname',
])

/** True for reserved names, and for methods and accessors of the object and of its class chain. */
function isTaken(target: object, key: string): boolean {
  if (reserved.has(key)) return true
  for (let owner: object | null = target; owner; owner = Object.getPrototypeOf(owner)) {
    const found = Object.getOwnPropertyDescriptor(owner, key)
    if (found) return found.get !== undefined || found.set !== undefined || typeof found.value === 'function'
  }
  return false
}

function wrong(key: string, text: string, wanted: string, where: OptionSource, cause?: unknown): StoqError {
  const got = text.length > 80 ? `${text.slice(0, 80)}…` : text
  const values = [where.plugin, key, where.file, wanted, got]
  return new StoqError('STOQ_PLUGIN_OPTION', values, cause === undefined ? {} : { cause })
}
