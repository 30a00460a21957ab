import { type Dialect, js, type Language, vbs } from './dialects.ts'

/** A part of a page that is a script. */
export interface Region {
  start: number
  end: number
  language: Language
}

/** Characters of a tag that are looked at. */
const longestTag = 1000

/** True for HTML, and for the XML that scripts of Windows come in. */
export function isMarkup(text: string): boolean {
  const start = /[^\s\ufeff]/.exec(text.slice(0, 1000))?.index ?? 0
  return text[start] === '<' && text[start + 1] !== '#' && /<\/?(?:\w{1,20}:)?script\b/i.test(text)
}

/** The scripts of a page, in the language that their tags tell. */
export function* scriptRegions(text: string): Generator<Region, void> {
  const tags = /<(\/?)(?:\w{1,20}:)?script\b/gi
  let open: { start: number; language: Language } | null = null
  for (const { index, 0: tag, 1: slash } of text.matchAll(tags)) {
    if (slash && open) {
      if (index > open.start) yield { ...open, end: index }
      open = null
    } else if (!slash && !open) {
      const attributes = text.slice(index, index + longestTag)
      const end = attributes.indexOf('>', tag.length)
      if (end < 0) continue
      open = { start: index + end + 1, language: languageOf(attributes.slice(0, end)) }
    }
  }
  if (open) yield { ...open, end: text.length }
}

function languageOf(attributes: string): Dialect['name'] {
  return /vbs/i.test(attributes) ? vbs.name : js.name
}
