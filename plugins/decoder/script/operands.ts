import { hidden, type Operand } from './expression.ts'

/** The member of an operand that is named behind it. */
export function memberOf(current: Operand, name: string, end: number): Operand {
  const member: Operand = { start: current.start, end, how: hidden.plain, name, owner: current.name ?? '' }
  return current.value === undefined ? member : { ...member, receiver: current }
}

/** What stands for nothing is a value that no text is made of. */
export function nothing(name: string): { value: number } | undefined {
  return name === 'null' || name === 'this' || name === 'undefined' ? { value: Number.NaN } : undefined
}

/** A text that names something, or the name that an operand is. */
export function nameOf({ name, value }: Operand): string {
  if (typeof value === 'string') return value.length < 20 ? value.toLowerCase() : ''
  return name ?? ''
}
