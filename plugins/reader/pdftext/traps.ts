/**
 * Why a PDF must not be given to pdf.js, null when it may: some small ones keep it busy for minutes or hours in one step
 * that no time limit can end. Linear in the payload.
 */
export function trapIn(bytes: Buffer): string | null {
  const text = bytes.toString('latin1')
  return falseKeyLength(text) ?? unclosedObjects(text)
}

/** Bits of the longest key that the format knows (ISO 32000-2, 7.6.2). */
const longestKey = 256

/** pdf.js believes the length of the key and hashes that many bits a hundred times. More than the whole file is a lie. */
function falseKeyLength(text: string): string | null {
  if (!text.includes('/Encrypt') || !text.includes('/Standard')) return null
  const limit = Math.max(longestKey, text.length)
  for (const [, digits = ''] of text.matchAll(/\/Length[\0\s]*\+?(\d+)/g)) {
    if (Number(digits) > limit)
      return `a length of ${digits.slice(0, 20)} in an encrypted file of ${text.length} bytes`
  }
  return null
}

/** Characters that pdf.js may read in vain: one or two seconds. */
const maxSteps = 5e7

/**
 * An object that is not closed is read up to the end of the file. Where pdf.js has to find the objects by itself it does
 * so for each whose number was there before, and twice for every trailer when the catalog or the pages are such an object.
 */
function unclosedObjects(text: string): string | null {
  const reading = new VainReading(text)
  for (const { 0: word, 1: digits, index } of text.matchAll(objectMark)) {
    reading.closeAt(index)
    if (digits !== undefined) reading.open(digits.replace(/^0+/, ''), index + word.length)
    else if (word === 'trailer') reading.trailers++
    if (reading.steps > maxSteps) return 'too many of its objects are not closed'
  }
  return null
}

class VainReading {
  trailers = 0
  readonly #text: string
  readonly #known = new Set<string>()
  #object: { start: number; isAgain: boolean } | null = null
  /** Characters from unclosed objects whose number was there before to the end. */
  #again = 0
  /** Where the first unclosed object is. */
  #first: number

  constructor(text: string) {
    this.#text = text
    this.#first = text.length
  }

  get steps(): number {
    return this.#again + 2 * this.trailers * (this.#text.length - this.#first)
  }

  open(number: string, start: number): void {
    this.#object = { start, isAgain: this.#known.has(number) }
    this.#known.add(number)
  }

  closeAt(end: number): void {
    const object = this.#object
    this.#object = null
    if (!object || isClosed(this.#text.slice(object.start, end))) return
    this.#first = Math.min(this.#first, object.start)
    if (object.isAgain) this.#again += this.#text.length - object.start
  }
}

const objectMark = /(\d{1,10})\s{1,100}\d{1,10}\s{1,100}obj\b|endobj|stream|trailer|$/g

const bracket = /\\.|[()[\]%]|<<|>>|<[^<>]*>|</gs
const closing: Record<string, string> = { '(': ')', '[': ']', '<<': '>>' }

/** Whether every bracket of an object is closed again. A comment could hide some: it counts as an open one. */
function isClosed(object: string): boolean {
  const open: string[] = []
  for (const [word] of object.matchAll(bracket)) {
    const wanted = open.at(-1)
    const isInString = wanted === ')'
    if (word === wanted) open.pop()
    else if (isInString ? word === '(' : word in closing) open.push(closing[word] ?? '')
    else if (!isInString && /^[)\]%]$|^>>$|^<$/.test(word)) return false
  }
  return open.length === 0
}
