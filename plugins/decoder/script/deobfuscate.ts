import { expandBatch } from './batch.ts'
import { isReadable } from './content.ts'
import { commandLine, type Dialect, js, type Language, powershell, tellLanguage, vbs } from './dialects.ts'
import { type Folded, fold } from './fold.ts'
import type { Found } from './found.ts'
import { isMarkup, scriptRegions } from './regions.ts'
import { type Edit, type Rewritten, rewrite } from './rewrite.ts'
import { Work } from './values.ts'

/** A script in which texts stand in one piece. Places of `texts` and `evaluated` are those of the script as it was. */
export interface Deobfuscated extends Rewritten {
  /** Texts that were put together. */
  texts: Found[]
  /** Texts that the script runs. */
  evaluated: Found[]
}

const dialects: Readonly<Record<Dialect['name'], Dialect>> = { vbs, js, powershell }

/** Puts texts together, in two rounds: those of the script, then those of the PowerShell that it starts. */
export function deobfuscate(text: string, filename: string): Deobfuscated {
  const first = isMarkup(text) ? markup(text) : script(text, tellLanguage(text, filename))
  if (first.isPowershell || !/p(?:ower|w)sh/i.test(first.text)) return first
  const second = folded(first.text, [[0, first.text, commandLine]])
  const origin = (index: number) => first.origin(second.origin(index))
  const moved = (found: Found): Found => ({ ...found, start: first.origin(found.start) })
  return {
    text: second.text,
    origin,
    texts: [...first.texts, ...second.texts.map(moved)],
    evaluated: [...first.evaluated, ...second.evaluated.map(moved)],
  }
}

function markup(text: string): Deobfuscated & { isPowershell: boolean } {
  const parts = [...scriptRegions(text)].map(({ start, end, language }): Part => {
    const dialect = language === 'vbs' ? vbs : js
    return [start, text.slice(start, end), dialect]
  })
  return { ...folded(text, parts), isPowershell: false }
}

function script(text: string, language: Language): Deobfuscated & { isPowershell: boolean } {
  if (language === 'batch')
    return { ...rewrite(text, expandBatch(text)), texts: [], evaluated: [], isPowershell: false }
  return { ...folded(text, [[0, text, dialects[language]]]), isPowershell: language === 'powershell' }
}

type Part = [start: number, text: string, dialect: Dialect]

/** Each part is read in its language; what is between them stays. */
function folded(text: string, parts: readonly Part[]): Deobfuscated {
  const work = new Work(text.length)
  const edits: Edit[] = []
  const [texts, evaluated]: Found[][] = [[], []]
  for (const [start, part, dialect] of parts) {
    const found: Folded = fold(part, dialect, work)
    for (const item of found.texts) {
      const moved = { ...item, start: item.start + start, end: item.end + start }
      const edit = editOf(moved, dialect)
      if (edit && text.slice(edit.start, edit.end) !== edit.text) edits.push(edit)
      if (item.quote) texts?.push(moved)
    }
    for (const item of found.evaluated) evaluated?.push({ ...item, start: item.start + start })
  }
  return { ...rewrite(text, edits), texts: texts ?? [], evaluated: evaluated ?? [] }
}

/** A text that cannot be read stays as it was written. */
function editOf({ start, end, value, quote, before = '' }: Found, dialect: Dialect): Edit | null {
  if (quote === '') return { start, end, text: value }
  return isReadable(value) ? { start, end, text: before + dialect.quote(value, quote) } : null
}
