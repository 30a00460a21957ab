import type { Expression, Operand } from './expression.ts'
import type { Value } from './values.ts'
import type { Target } from './variables.ts'

/** What is open: a parenthesis, brackets, braces, or the script itself. */
export interface Frame {
  opened: string
  start: number
  expression: Expression
  /** What the parenthesis calls, or the brackets index. */
  callee: Operand | null
  /** More than one expression is in it. */
  isUnknown: boolean
  /** The names in it are those of parameters. */
  isParameters: boolean
  /** The name that a statement began with, and the text that was piped into it. */
  command: string
  piped: Operand | null
  /** The variable that the statement assigns to. */
  target: Target | null
}

/** What closes a frame. */
export const closings: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** Undefined when one of them is not known. */
export function argumentsOf(frame: Frame, result: Operand | null): readonly Value[] | undefined {
  if (frame.isUnknown) return undefined
  if (!result) return []
  if (result.value === undefined) return undefined
  return result.isList && Array.isArray(result.value) ? result.value : [result.value]
}
