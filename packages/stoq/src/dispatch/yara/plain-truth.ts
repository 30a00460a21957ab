import { numberOf, type Scope } from './plain-number.ts'
import type { Comparison, NumberTree, TruthTree } from './plain-tree.ts'

/** True: the condition holds. What is undefined in it (bytes behind the end) makes it false, as the engines have it. */
export type PlainCondition = (scope: Scope) => boolean

/** A condition that was read, ready to be asked. */
export function conditionOf(tree: TruthTree): PlainCondition {
  return truthOf(tree).holds
}

/** What a part of a condition says: where it is undefined, it neither holds nor fails. */
interface Truth {
  holds: (scope: Scope) => boolean
  fails: (scope: Scope) => boolean
}

function truthOf(tree: TruthTree): Truth {
  switch (tree[0]) {
    case 'and':
      return allOf(partsOf(tree))
    case 'or':
      return anyOf(partsOf(tree))
    case 'not': {
      const { holds, fails } = truthOf(tree[1])
      return { holds: fails, fails: holds }
    }
    case 'rule': {
      const name = tree[1]
      return defined(({ matched }) => matched.has(name))
    }
    case 'true':
    case 'false':
      return defined(() => tree[0] === 'true')
    case 'all':
    case 'any':
      return loopOf(tree[0] === 'all', tree[1], tree[2], truthOf(tree[3]))
    default:
      return compare[tree[0]](tree[1], tree[2])
  }
}

function partsOf([, ...parts]: readonly ['and' | 'or', ...TruthTree[]]): Truth['holds'][] {
  return parts.map(part => truthOf(part).holds)
}

/** One that is never undefined: `and`, `or` and loops take what is undefined for false. */
function defined(holds: Truth['holds']): Truth {
  return { holds, fails: scope => !holds(scope) }
}

function allOf(parts: readonly Truth['holds'][]): Truth {
  return defined(scope => {
    for (const holds of parts) if (!holds(scope)) return false
    return true
  })
}

function anyOf(parts: readonly Truth['holds'][]): Truth {
  return defined(scope => {
    for (const holds of parts) if (holds(scope)) return true
    return false
  })
}

function loopOf(isAll: boolean, variable: string, values: readonly number[], body: Truth): Truth {
  return defined(scope => {
    for (const value of values) {
      scope.variables[variable] = value
      if (body.holds(scope) !== isAll) return !isAll
    }
    return isAll
  })
}

/** Each is written so that NaN makes it neither hold nor fail. */
const compare: Record<Comparison, (left: NumberTree, right: NumberTree) => Truth> = {
  '==': (left, right) => ({ holds: areEqual(left, right), fails: differ(left, right) }),
  '!=': (left, right) => ({ holds: differ(left, right), fails: areEqual(left, right) }),
  '<': (left, right) => ({ holds: isLess(left, right), fails: isAtMost(right, left) }),
  '<=': (left, right) => ({ holds: isAtMost(left, right), fails: isLess(right, left) }),
  '>': (left, right) => ({ holds: isLess(right, left), fails: isAtMost(left, right) }),
  '>=': (left, right) => ({ holds: isAtMost(right, left), fails: isLess(left, right) }),
}

function areEqual(left: NumberTree, right: NumberTree): Truth['holds'] {
  const a = numberOf(left)
  // Most conditions compare with a number that is written there.
  if (typeof right === 'number') return scope => a(scope) === right
  const b = numberOf(right)
  return scope => a(scope) === b(scope)
}

function differ(left: NumberTree, right: NumberTree): Truth['holds'] {
  const [a, b] = [numberOf(left), numberOf(right)]
  return scope => {
    const [x, y] = [a(scope), b(scope)]
    return x < y || x > y
  }
}

function isLess(left: NumberTree, right: NumberTree): Truth['holds'] {
  const [a, b] = [numberOf(left), numberOf(right)]
  return scope => a(scope) < b(scope)
}

function isAtMost(left: NumberTree, right: NumberTree): Truth['holds'] {
  const [a, b] = [numberOf(left), numberOf(right)]
  return scope => a(scope) <= b(scope)
}
