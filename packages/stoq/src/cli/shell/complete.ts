import { commands } from './commands.ts'
import type { Session } from './session.ts'
import { quoteWord, splitLine, type Word } from './words.ts'

/** What Tab offers for a line: whole words as they are typed, and the part of the line that they replace. */
export async function completeLine(session: Session, line: string): Promise<[string[], string]> {
  const words = splitLine(line)
  const last = words.at(-1)
  const isNew = !last || (/\s$/.test(line) && last.quote === '' && !/\\\s$/.test(line))
  const word: Word = isNew ? { text: '', start: line.length, quote: '' } : last
  const before = (isNew ? words : words.slice(0, -1)).map(({ text }) => text)
  const typed = line.slice(word.start)
  const offered = await candidates(session, before, word.text)
  const hits = [...new Set(offered)].filter(each => each.startsWith(word.text))
  const isOnly = hits.length === 1
  const quoted = hits
    .map(each => {
      const isWhole = !/[/=]$/.test(each)
      return quoteWord(each, word.quote, isWhole && isOnly) + (isWhole && isOnly ? ' ' : '')
    })
    .filter(each => each.startsWith(typed))
  return [quoted, typed]
}

async function candidates(
  session: Session,
  before: readonly string[],
  word: string,
): Promise<readonly string[]> {
  const [name, ...rest] = before
  if (name === undefined) return [...commands.keys()]
  return (await commands.get(name)?.complete?.(session, rest, word)) ?? []
}
