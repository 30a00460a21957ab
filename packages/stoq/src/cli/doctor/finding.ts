import { styleText } from 'node:util'
import { printable } from '../../results/printable.ts'

/** How bad it is: `note` asks for nothing, `warning` may matter, `broken` does not work. */
export type Level = 'ok' | 'note' | 'warning' | 'broken'

/** One thing that was looked at. */
export interface Finding {
  level: Level
  /** What was looked at: `settings`, `rules`, `category:name` of a plugin. */
  check: string
  /** What is the case. */
  what: string
  /** What to do about it. */
  mend?: string
}

export function ok(check: string, what: string): Finding {
  return { level: 'ok', check, what }
}

export function note(check: string, what: string, mend?: string): Finding {
  return { level: 'note', check, what, ...(mend && { mend }) }
}

export function warning(check: string, what: string, mend: string): Finding {
  return { level: 'warning', check, what, mend }
}

export function broken(check: string, what: string, mend: string): Finding {
  return { level: 'broken', check, what, mend }
}

const styles = { ok: 'green', note: 'cyan', warning: 'yellow', broken: 'red' } as const

/** One line for people. */
export function line({ level, check, what, mend }: Finding, colour: boolean): string {
  const word = level.padEnd(7)
  const shown = colour ? styleText(styles[level], word, { validateStream: false }) : word
  return `${shown}  ${printable(`${check.padEnd(24)}  ${what}${mend ? `: ${mend}` : ''}`)}`
}

/** How many of each level there are, for people. */
export function summary(findings: readonly Finding[]): string {
  const count = (level: Level) => findings.filter(each => each.level === level).length
  const parts = [`${count('ok')} ok`, counted(count('note'), 'note'), counted(count('warning'), 'warning')]
  return `${parts.join(', ')}, ${count('broken')} broken`
}

/** `1 note`, `2 notes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
