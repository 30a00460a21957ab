import { applyCall } from './calls.ts'
import type { Dialect } from './dialects.ts'
import { type Hidden, hidden, type Operand } from './expression.ts'
import type { Value, Work } from './values.ts'

/** What the texts that a function gives were hidden in. */
const hiding = new Map<string, Hidden>(
  Object.entries({
    ...{ chr: hidden.char_codes, chrw: hidden.char_codes, chrb: hidden.char_codes, chr$: hidden.char_codes },
    ...{ chrw$: hidden.char_codes, fromcharcode: hidden.char_codes, apply: hidden.char_codes },
    ...{ unescape: hidden.escaped, decodeuricomponent: hidden.escaped, decodeuri: hidden.escaped },
    ...{ atob: hidden.base64, getstring: hidden.base64 },
  }),
)

/** Functions that mean the same whatever they belong to. */
const anyOwner = new Set([
  ...['fromcharcode', 'unescape', 'atob', 'frombase64string', 'getstring', 'unescapedatastring'],
  ...['decodeuricomponent', 'decodeuri', 'chr', 'chrw', 'chrb', 'strreverse'],
])

/** What functions belong to that are no methods of a value. */
const classes = new Set(['string', 'strings', 'vba', 'convert', 'window', 'self', 'globalthis', 'this'])

/** True for a function that is no method of something else. */
export function isGlobal(owner: string | undefined): boolean {
  return owner === undefined || classes.has(owner)
}

/** What a call of something named gives; undefined when that is not known. */
export function callKnown(
  { name = '', owner, receiver }: Operand,
  args: readonly Value[],
  language: Dialect['name'],
  work: Work,
): Value | undefined {
  const facts = { language, work, owner: owner ?? '' }
  if (receiver) return applyCall({ ...facts, name, receiver: receiver.value, args })
  // String.fromCharCode.apply(null, [...])
  if ((name === 'apply' || name === 'call') && owner !== undefined && anyOwner.has(owner)) {
    const list = name === 'call' ? args.slice(1) : args[1]
    return Array.isArray(list)
      ? applyCall({ ...facts, name: owner, receiver: undefined, args: list })
      : undefined
  }
  if (!anyOwner.has(name) && !isGlobal(owner)) return undefined
  return applyCall({ ...facts, name, receiver: undefined, args })
}

/** How the text was hidden that a call gives. */
export function howCalled({ name = '', receiver }: Operand, args: Hidden): Hidden {
  return Math.max(args, hiding.get(name) ?? hidden.text, receiver?.how ?? hidden.plain) as Hidden
}
