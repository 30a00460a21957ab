import type { StoqError } from '../errors.ts'

/** Makes the error for a text, from what is wanted in its place. */
export type Wrong = (wanted: string) => StoqError

/** The number that a text in `stoq.cfg` says. Throws, as all of these, what `wrong` makes. */
export function toNumber(text: string, wrong: Wrong): number {
  if (!/^\d{1,15}(\.\d{1,9})?$/.test(text)) throw wrong('a number')
  return Number(text)
}

/** `true`, `yes`, `on` and `1`, or the opposite. */
export function toBoolean(text: string, wrong: Wrong): boolean {
  if (!/^(true|false|yes|no|on|off|1|0)$/i.test(text)) throw wrong('true or false')
  return /^(true|yes|on|1)$/i.test(text)
}

/** One of some words, in whatever case; any text where there are none. */
export function oneOf(words: readonly string[] | undefined, text: string, wrong: Wrong): string {
  if (!words) return text
  const word = text.toLowerCase()
  if (!words.includes(word)) throw wrong(`one of ${words.join(', ')}`)
  return word
}

/** Parts between commas, without blanks around them. */
export function splitList(text: string): string[] {
  return text
    .split(',')
    .map(part => part.trim())
    .filter(Boolean)
}

/** `{category: {plugin: {option: value}}}` in JSON. */
export function parsePluginOptions(text: string, wrong: StoqError): object {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrong
  }
  if (!isObject(value)) throw wrong
  for (const plugins of Object.values(value)) {
    if (!isObject(plugins) || !Object.values(plugins).every(isObject)) throw wrong
  }
  return value
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
