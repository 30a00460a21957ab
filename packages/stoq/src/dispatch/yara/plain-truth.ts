import type { Comparison, Integer, NumberTree, Operator, TruthTree } from './plain-tree.ts'

/** What a condition is asked about. */
export interface Scope {
  payload: Uint8Array
  /** Names of rules that have matched; those that a condition names were asked before it. */
  matched: ReadonlySet<string>
  /** Of loops that are being gone through. */
  variables: Record<string, number>
}

/**
 * True: the condition holds. What is undefined in it (bytes behind the end) makes it false, as the engines have it. The tree is
 * gone through each time: few functions are soon compiled, where one made for each condition would be compiled each by itself.
 */
export function isTrue(tree: TruthTree, scope: Scope): boolean {
  return truthOf(tree, scope) === 1
}

/** 1: it holds, 0: it fails, NaN: it is undefined. `and`, `or` and loops take what is undefined for false. */
function truthOf(tree: TruthTree, scope: Scope): number {
  switch (tree[0]) {
    case 'and':
      return allHold(tree, scope)
    case 'or':
      return anyHolds(tree, scope)
    case 'not':
      return 1 - truthOf(tree[1], scope)
    case 'rule':
      return scope.matched.has(tree[1]) ? 1 : 0
    case 'true':
      return 1
    case 'false':
      return 0
    case 'all':
    case 'any':
      return loop(tree, scope)
    default:
      return compare(tree[0], numberOf(tree[1], scope), numberOf(tree[2], scope))
  }
}

function allHold(tree: readonly ['and' | 'or', ...TruthTree[]], scope: Scope): number {
  for (let part = 1; part < tree.length; part++) if (!isTrue(tree[part] as TruthTree, scope)) return 0
  return 1
}

function anyHolds(tree: readonly ['and' | 'or', ...TruthTree[]], scope: Scope): number {
  for (let part = 1; part < tree.length; part++) if (isTrue(tree[part] as TruthTree, scope)) return 1
  return 0
}

type Loop = Extract<TruthTree, readonly ['all' | 'any', ...unknown[]]>

function loop(tree: Loop, scope: Scope): number {
  const isAll = tree[0] === 'all'
  for (const value of tree[2]) {
    scope.variables[tree[1]] = value
    if (isTrue(tree[3], scope) !== isAll) return isAll ? 0 : 1
  }
  return isAll ? 1 : 0
}

function compare(comparison: Comparison, a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN
  return holds(comparison, a, b) ? 1 : 0
}

function holds(comparison: Comparison, a: number, b: number): boolean {
  switch (comparison) {
    case '==':
      return a === b
    case '!=':
      return a !== b
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    case '>=':
      return a >= b
  }
}

/** NaN where it is undefined. */
function numberOf(tree: NumberTree, scope: Scope): number {
  if (typeof tree === 'number') return tree
  if (tree[0] === 'filesize') return scope.payload.length
  if (tree[0] === 'variable') return scope.variables[tree[1]] ?? Number.NaN
  const a = numberOf(tree[1], scope)
  if (tree[2] === undefined) return readInteger(tree[0] as Integer, scope.payload, a)
  const b = numberOf(tree[2], scope)
  return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : calculate(tree[0] as Operator, a, b)
}

function calculate(operator: Operator, a: number, b: number): number {
  switch (operator) {
    case '|':
      return (a | b) >>> 0
    case '^':
      return (a ^ b) >>> 0
    case '&':
      return (a & b) >>> 0
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '\\':
      // Division by zero is undefined.
      return b === 0 ? Number.NaN : Math.floor(a / b)
    case '%':
      return a % b
  }
}

/** An integer of the payload; undefined where it is not all there. */
function readInteger(kind: Integer, payload: Uint8Array, place: number): number {
  switch (kind) {
    case 'uint8':
      return payload[place] ?? Number.NaN
    case 'uint16':
      return isThere(payload, place, 2) ? word(payload, place) : Number.NaN
    case 'uint16be':
      return isThere(payload, place, 2) ? wordBe(payload, place) : Number.NaN
    case 'uint32':
      return isThere(payload, place, 4)
        ? (word(payload, place) | (word(payload, place + 2) << 16)) >>> 0
        : Number.NaN
    case 'uint32be':
      return isThere(payload, place, 4)
        ? ((wordBe(payload, place) << 16) | wordBe(payload, place + 2)) >>> 0
        : Number.NaN
  }
}

/** False for NaN. */
function isThere(payload: Uint8Array, place: number, bytes: number): boolean {
  return place >= 0 && place + bytes <= payload.length
}

function word(payload: Uint8Array, place: number): number {
  return (payload[place] ?? 0) | ((payload[place + 1] ?? 0) << 8)
}

function wordBe(payload: Uint8Array, place: number): number {
  return ((payload[place] ?? 0) << 8) | (payload[place + 1] ?? 0)
}
