import type { Hidden } from './expression.ts'

/** A text that was put together, and where. */
export interface Found {
  start: number
  end: number
  value: string
  how: Hidden
  /** The quote of the language that it began with; empty for what is written as it is. */
  quote: string
  /** What is written before the text. */
  before?: string
}

/** Texts, without those that stand in an assignment that others take the place of. Both are sorted, and so is the result. */
export function merged(texts: readonly Found[], assigned: readonly Found[]): Found[] {
  const found: Found[] = []
  let at = 0
  for (const item of assigned) {
    for (let text = texts[at]; text && text.start < item.start; text = texts[++at]) found.push(text)
    while ((texts[at]?.start ?? item.end) < item.end) at++
    found.push(item)
  }
  return [...found, ...texts.slice(at)]
}
