/** How `stoq test` shows tests: a line each, what went wrong below those that failed, and the sum. */
import { errorText } from '../errors.ts'
import { printable } from '../results/printable.ts'

interface TestEvent {
  type: string
  data: {
    name?: string
    file?: string
    line?: number
    skip?: string | boolean
    details?: { type?: string; error?: { cause?: unknown; failureType?: string } }
    message?: string
  }
}

type Outcome = 'passed' | 'failed' | 'skipped'

export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const counts: Record<Outcome, number> = { passed: 0, failed: 0, skipped: 0 }
  for await (const { type, data } of events) {
    if (type === 'test:stderr') yield `${safe(data.message ?? '', '    | ')}\n`
    if (!isOutcome(type, data)) continue
    const outcome = type === 'test:fail' ? 'failed' : data.skip ? 'skipped' : 'passed'
    counts[outcome]++
    yield lineOf(outcome, data)
  }
  const { passed, failed, skipped } = counts
  yield `  ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`
}

function lineOf(outcome: Outcome, data: TestEvent['data']): string {
  const name = printable(data.name ?? '')
  if (outcome === 'passed') return `  ✔ ${name}\n`
  if (outcome === 'failed') return `  ✖ ${name}\n${safe(faultOf(data), '      ')}\n`
  const reason = typeof data.skip === 'string' ? `, ${printable(data.skip)}` : ''
  return `  - ${name}: skipped${reason}\n`
}

/** Suites only repeat what their tests say. */
function isOutcome(type: string, { details }: TestEvent['data']): boolean {
  if (type !== 'test:pass' && type !== 'test:fail') return false
  return details?.type !== 'suite' && details?.error?.failureType !== 'subtestsFailed'
}

function faultOf({ details, file, line }: TestEvent['data']): string {
  const { error } = details ?? {}
  const cause = error?.cause ?? error
  const text = cause instanceof Error ? cause.message : errorText(cause)
  const place = file && line ? `\nat ${file}:${line}` : ''
  return `${text}${place}`
}

function safe(text: string, indent: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map(line => indent + printable(line))
    .join('\n')
}
