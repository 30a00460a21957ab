import type { Quantity, Scope } from './quantity.ts'

/** What a part of a condition says: where it is undefined, it neither holds nor fails. */
export interface Truth {
  holds: (scope: Scope) => boolean
  fails: (scope: Scope) => boolean
}

/** One that is never undefined. */
export function defined(holds: Truth['holds']): Truth {
  return { holds, fails: scope => !holds(scope) }
}

/** Like `and`: what is undefined counts as false. */
export function allOf(parts: readonly Truth[]): Truth {
  const all = parts.map(part => part.holds)
  return defined(scope => {
    for (const holds of all) if (!holds(scope)) return false
    return true
  })
}

/** Like `or`. */
export function anyOf(parts: readonly Truth[]): Truth {
  const all = parts.map(part => part.holds)
  return defined(scope => {
    for (const holds of all) if (holds(scope)) return true
    return false
  })
}

type Comparison = (left: Quantity, right: Quantity) => Truth

/** By how they are written. Each is written so that NaN makes it neither hold nor fail. */
export const comparisons: Record<string, Comparison> = {
  '==': (left, right) => ({ holds: areEqual(left, right), fails: differ(left, right) }),
  '!=': (left, right) => ({ holds: differ(left, right), fails: areEqual(left, right) }),
  '<': (left, right) => ({ holds: isLess(left, right), fails: isAtMost(right, left) }),
  '<=': (left, right) => ({ holds: isAtMost(left, right), fails: isLess(right, left) }),
  '>': (left, right) => ({ holds: isLess(right, left), fails: isAtMost(left, right) }),
  '>=': (left, right) => ({ holds: isAtMost(right, left), fails: isLess(left, right) }),
}

function areEqual({ read: left }: Quantity, { low, high, read: right }: Quantity): Truth['holds'] {
  // Most conditions compare with a number that is written there.
  if (low === high) return scope => left(scope) === low
  return scope => left(scope) === right(scope)
}

function differ({ read: left }: Quantity, { read: right }: Quantity): Truth['holds'] {
  return scope => {
    const [a, b] = [left(scope), right(scope)]
    return a < b || a > b
  }
}

function isLess({ read: left }: Quantity, { read: right }: Quantity): Truth['holds'] {
  return scope => left(scope) < right(scope)
}

function isAtMost({ read: left }: Quantity, { read: right }: Quantity): Truth['holds'] {
  return scope => left(scope) <= right(scope)
}
