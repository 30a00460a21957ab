import { addText, ByteSink } from './text.ts'

/** The text of one element, without that of the elements in it. */
export interface ElementText {
  name: string
  /** Where its tag begins. */
  offset: number
  text: Buffer
  /** True: the document ends before the element does. */
  isCut: boolean
}

interface OpenElement {
  name: string
  offset: number
  text: ByteSink
  /** Elements that are open inside of it. */
  inner: number
}

/** No document that is meant to be read has more wanted elements within each other: the text of those is left out. */
const deepest = 1000
/** Bytes of a name that are looked at. */
const longestName = 256

const exclamation = 0x21
const slash = 0x2f
const question = 0x3f
const less = 0x3c
const greater = 0x3e

/**
 * Reads the text of elements out of an XML document whose encoding has the characters of ASCII as they are. It goes forward
 * only, minds no error and expands no entity but those of characters, so that a document costs what it is long: parsers
 * take many times its size for markup that never ends.
 */
export class ElementReader {
  readonly #document: Buffer
  readonly #wanted: ReadonlySet<string>
  readonly #open: OpenElement[] = []
  #found: ElementText[] = []
  /** Elements that are open. */
  #depth = 0
  #at = 0

  constructor(document: Buffer, wanted: Iterable<string>) {
    this.#document = document
    this.#wanted = new Set(wanted)
  }

  /** True, once all is read: there is a beginning without an end. */
  get isCut(): boolean {
    return this.#depth > 0
  }

  *read(): Generator<ElementText, void> {
    while (this.#at < this.#document.length) {
      const next = this.#document.indexOf(less, this.#at)
      const end = next < 0 ? this.#document.length : next
      if (this.#sink && end > this.#at) addText(this.#sink, this.#document.subarray(this.#at, end))
      this.#at = end
      if (next >= 0) this.#markup()
      if (this.#found.length > 0) yield* this.#take()
    }
    for (const element of this.#open.reverse()) yield finished(element, true)
  }

  #take(): ElementText[] {
    const found = this.#found
    this.#found = []
    return found
  }

  /** Where text goes now; null: no wanted element is the innermost. */
  get #sink(): ByteSink | null {
    const element = this.#open.at(-1)
    return element?.inner === 0 ? element.text : null
  }

  #markup(): void {
    const kind = this.#document[this.#at + 1]
    if (kind === exclamation) this.#declaration()
    else if (kind === question) this.#skipTo('?>', 2)
    else if (kind === slash) this.#endTag()
    else if (isNameStart(kind)) this.#startTag()
    else this.#strayText()
  }

  /** What follows is no markup. */
  #strayText(): void {
    const start = this.#at
    do this.#at++
    while (this.#document[this.#at] === less && this.#document[this.#at + 1] === less)
    this.#sink?.add(this.#document.subarray(start, this.#at))
  }

  #startsWith(text: string): boolean {
    return this.#document.toString('latin1', this.#at, this.#at + text.length) === text
  }

  /** Goes behind `end`, or to the end of the document; gives where `end` is. */
  #skipTo(end: string, from: number): number {
    const found = this.#document.indexOf(end, this.#at + from, 'latin1')
    const stop = found < 0 ? this.#document.length : found
    this.#at = found < 0 ? stop : found + end.length
    return stop
  }

  #declaration(): void {
    if (this.#startsWith('<!--')) this.#skipTo('-->', 4)
    else if (this.#startsWith('<![CDATA[')) {
      const start = this.#at + 9
      const end = this.#skipTo(']]>', 9)
      this.#sink?.add(this.#document.subarray(start, end))
    } else this.#at = this.#afterDoctype()
  }

  /** A document type may have declarations of its own, between `[` and `]`, with `>` in them. */
  #afterDoctype(): number {
    let isInside = false
    let at = this.#at
    for (; at < this.#document.length; at++) {
      const character = this.#document[at]
      if (character === 0x5b) isInside = true
      else if (character === 0x5d) isInside = false
      else if (character === greater && !isInside) return at + 1
    }
    return at
  }

  #startTag(): void {
    const offset = this.#at
    const end = this.#tagEnd()
    const name = this.#name(offset + 1)
    this.#at = Math.min(end + 1, this.#document.length)
    if (end < this.#document.length && this.#document[end - 1] === slash) return
    this.#depth++
    if (this.#isWanted(name) && this.#open.length < deepest) {
      this.#open.push({ name, offset, text: new ByteSink(), inner: 0 })
    } else {
      const around = this.#open.at(-1)
      if (around) around.inner++
    }
  }

  #isWanted(name: string): boolean {
    return this.#wanted.has(name) || this.#wanted.has(name.slice(name.indexOf(':') + 1))
  }

  /** Where the `>` of a tag is that is not in the value of an attribute. */
  #tagEnd(): number {
    let quote = 0
    let at = this.#at
    for (; at < this.#document.length; at++) {
      const character = this.#document[at] ?? 0
      if (quote === character) quote = 0
      else if (quote === 0 && character === greater) break
      else if (quote === 0 && (character === 0x22 || character === 0x27)) quote = character
    }
    return at
  }

  #name(start: number): string {
    let end = start
    while (end < start + longestName && !isNameEnd(this.#document[end])) end++
    return this.#document.toString('latin1', start, end)
  }

  #endTag(): void {
    const name = this.#name(this.#at + 2)
    this.#skipTo('>', 2)
    this.#depth = Math.max(0, this.#depth - 1)
    const element = this.#open.at(-1)
    if (!element) return
    if (element.inner > 0) element.inner--
    else if (element.name === name) {
      this.#open.pop()
      this.#found.push(finished(element, false))
    }
  }
}

function finished({ name, offset, text }: OpenElement, isCut: boolean): ElementText {
  return { name, offset, text: text.content, isCut }
}

/** Letters, `_`, `:` and everything that is not ASCII (XML 1.0, 2.3). */
function isNameStart(byte: number | undefined): boolean {
  if (byte === undefined) return false
  const small = byte | 0x20
  return (small >= 0x61 && small <= 0x7a) || byte === 0x5f || byte === 0x3a || byte >= 0x80
}

function isNameEnd(byte: number | undefined): boolean {
  return byte === undefined || byte <= 0x20 || byte === greater || byte === slash
}
