import type { Extracted } from 'stoq'
import type { OfficePackage } from './package.ts'
import { Lines, type Task } from './task.ts'
import { type XmlTag, xmlTags } from './xml.ts'

/** Parts with text that Word looks at, and the links of workbooks. */
const textParts = /^word\/[^/]*\.xml$/i
const linkParts = /^xl\/externalLinks\/[^/]+\.xml$/i

/** Fields that start programs or load something (ECMA-376 part 1, 17.16.5). */
const telling =
  /^(DDE|DDEAUTO|LINK|IMPORT|INCLUDE|INCLUDEPICTURE|INCLUDETEXT|HYPERLINK|DATABASE|MACROBUTTON)\b/i

/** What programs never write: fields within fields within fields. */
const maxDepth = 32
/** Characters of one field; more are left out. */
const maxField = 2 ** 16

/** A field between its marks. */
interface OpenField {
  code: string
  result: string
  isCode: boolean
}

/** Fields that reach out, joined from their runs, and DDE links of workbooks: one on a line, with the part that has it. */
export function* reachingFields(document: OfficePackage, task: Task): Generator<Extracted, void> {
  const lines = new Lines()
  let isDde = false
  for (const path of document.paths(textParts)) {
    for (const code of fieldsIn(document.readText(path))) {
      isDde ||= /^DDE/i.test(code)
      lines.add(code, path)
    }
  }
  for (const path of document.paths(linkParts)) {
    for (const link of ddeLinks(document.readText(path))) {
      isDde = true
      lines.add(link, path)
    }
  }
  yield* task.giveLines({ filename: 'fields.txt', kind: isDde ? 'dde' : 'field' }, lines)
}

/** `server|'topic'!item`, as a formula has it. */
function* ddeLinks(xml: string): Generator<string, void> {
  for (const tag of xmlTags(xml)) {
    if (tag.name !== 'ddeLink' || tag.isClosing) continue
    yield `DDE ${tag.attribute('ddeService') ?? ''}|'${tag.attribute('ddeTopic') ?? ''}'`
  }
}

/** Codes of the fields of a part that reach out, in the order in which they end. */
export function* fieldsIn(xml: string): Generator<string, void> {
  const reader = new FieldReader()
  for (const tag of xmlTags(xml)) {
    const code = reader.take(tag)
    if (code !== null && telling.test(code)) yield code
  }
  for (const code of reader.unfinished) if (telling.test(code)) yield code
}

class FieldReader {
  readonly #open: OpenField[] = []
  /** Fields that begin too deep; their ends are counted too. */
  #skipped = 0

  /** The code of a field that ends here. */
  take(tag: XmlTag): string | null {
    const { name, isClosing } = tag
    if (name === 'fldSimple' && !isClosing) return tag.attribute('instr')?.trim() ?? null
    if (name === 'fldChar' && !isClosing) return this.#mark(tag.attribute('fldCharType'))
    if (isClosing && (name === 'instrText' || name === 'delInstrText')) this.#append(tag.text, true)
    else if (isClosing && name === 't') this.#append(tag.text, false)
    return null
  }

  /** What has begun and does not end. */
  get unfinished(): string[] {
    return this.#open.map(field => field.code.trim())
  }

  #mark(type: string | undefined): string | null {
    if (type === 'begin') this.#begin()
    else if (this.#skipped > 0) this.#skipped -= type === 'end' ? 1 : 0
    else if (type === 'end') return this.#end()
    else if (type === 'separate') this.#separate()
    return null
  }

  #begin(): void {
    if (this.#open.length < maxDepth && this.#skipped === 0)
      this.#open.push({ code: '', result: '', isCode: true })
    else this.#skipped++
  }

  #separate(): void {
    const field = this.#open.at(-1)
    if (field) field.isCode = false
  }

  #end(): string | null {
    const field = this.#open.pop()
    if (!field) return null
    this.#append(standsFor(field), this.#open.at(-1)?.isCode ?? false)
    return field.code.trim()
  }

  #append(text: string, isCode: boolean): void {
    const field = this.#open.at(-1)
    if (!field || this.#skipped > 0 || field.isCode !== isCode) return
    if (isCode) field.code = joined(field.code, text)
    else field.result = joined(field.result, text)
  }
}

function joined(text: string, more: string): string {
  return text.length < maxField ? text + more.slice(0, maxField) : text
}

/** What a field within another stands for: the characters of a QUOTE of numbers, else the result as saved, else its code. */
function standsFor({ code, result }: OpenField): string {
  const words = code.trim().split(/\s+/)
  const numbers = words.slice(1).map(word => Number(word.replaceAll('"', '') || Number.NaN))
  const isQuote = words[0]?.toUpperCase() === 'QUOTE' && numbers.length > 0
  if (isQuote && numbers.every(number => number > 0 && number < 0x110000))
    return numbers.map(number => String.fromCodePoint(Math.trunc(number))).join('')
  return result || code
}
