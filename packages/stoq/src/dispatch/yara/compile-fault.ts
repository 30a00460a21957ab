import { errorText } from '../../errors.ts'
import type { RuleFault } from './engine.ts'
import type { ExpandedSource } from './includes.ts'

/** The fault that both engines draw as a picture of the source (`error[E009]: …`, ` --> line:2:13`, carets), on one line. */
export function compileFault(error: unknown, source: ExpandedSource): RuleFault {
  const report = error instanceof Error ? error.message : String(error)
  const line = Number(/^ *--> line:(\d+)/m.exec(report)?.[1] ?? 0)
  const title = /error(?:\[\w+\])?: (.+)/.exec(report)?.[1]
  const label = /\^ (.+)/.exec(report)?.[1]
  const reason =
    title === undefined ? errorText(error) : [title, label].filter(part => part !== undefined).join(': ')
  return { ...source.locate(line), reason }
}
