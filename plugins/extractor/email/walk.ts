import {
  type Headers,
  lineAfter,
  parameter,
  parseStructured,
  readHeaders,
  type Structured,
} from './headers.ts'

/** A piece of a message that is no multipart itself. */
export interface Leaf {
  /** `part`: a body of its own; `deep`: a multipart, with its headers, nested too deep; the others: text around parts. */
  role: 'part' | 'deep' | 'preamble' | 'epilogue'
  headers: Headers
  type: Structured
  /** As IMAP counts: `1`, `2.1`. */
  number: string
  start: number
  end: number
  /** What is wrong with it. */
  damaged?: string
}

/** Multiparts in multiparts up to this depth; what is deeper is a message of its own. */
const maxDepth = 32
/** Longest boundary; RFC 2046 allows 70. */
const maxBoundary = 1000
/** Boundaries that are not as declared are looked for this often, and this far behind the headers. */
const maxGuesses = 8
const guessWithin = 8192

interface Frame {
  boundary: string
  /** Place of the frame that had the same boundary before. */
  shadowed: number | undefined
  number: string
  count: number
  /** Of parts that tell none. */
  defaultType: string
  headers: Headers
}

/** What the walk is in now: it ends where the next boundary stands. */
interface Region extends Omit<Leaf, 'end' | 'damaged'> {
  /** Of a preamble. */
  frame?: Frame
}

/** A line with a boundary: the part before it ends at `before`, what follows begins at `next`. */
interface Delimiter {
  before: number
  next: number
  frame: number
  isClose: boolean
}

/**
 * The pieces of a message (RFC 2046, 5.1), in order. Boundaries of all multiparts that are open end a part. Each byte is
 * looked at a fixed number of times, whatever is nested in what, and nothing is remembered of pieces that were given.
 */
export class MailWalk {
  /** True when the bytes end within a multipart. */
  isCutShort = false
  readonly #bytes: Buffer
  readonly #frames: Frame[] = []
  /** Place of the innermost frame with a boundary. */
  readonly #boundaries = new Map<string, number>()
  #guesses = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  *leaves(start: number, headers: Headers): Generator<Leaf> {
    let region = this.#enter(start, headers, '', 'text/plain')
    for (;;) {
      const delimiter = this.#nextDelimiter(region.start)
      const end = Math.max(region.start, delimiter?.before ?? this.#bytes.length)
      const { frame, ...rest } = region
      const isUnmet = frame !== undefined && delimiter?.frame !== this.#frames.length - 1
      if (isUnmet) {
        this.#pop(this.#frames.length - 1)
        const again = this.#guessed({ ...region, frame }, end)
        if (again) {
          region = again
          continue
        }
        const number = rest.number || '1'
        yield { ...rest, role: 'part', number, end, damaged: 'a multipart without parts' }
      } else yield { ...rest, end }
      if (!delimiter) break
      region = this.#pass(delimiter)
    }
    this.isCutShort = this.#frames.length > 0
  }

  /** The part whose headers begin at `start`. */
  #enter(start: number, headers: Headers, number: string, defaultType: string): Region {
    const type = parseStructured(headers.fields.get('content-type') ?? defaultType)
    const region: Region = { role: 'part', headers, type, number: number || '1', start: headers.end }
    const boundary = this.#boundaryOf(type, headers)
    if (boundary === null) return region
    if (this.#frames.length >= maxDepth) return { ...region, role: 'deep', start }
    const inner = type.value === 'multipart/digest' ? 'message/rfc822' : 'text/plain'
    const frame = { boundary, shadowed: undefined, number, count: 0, defaultType: inner, headers }
    this.#push(frame)
    return { ...region, role: 'preamble', number, frame }
  }

  /** Where none is declared, parts may follow all the same: in the rest of a message that lost its headers. */
  #boundaryOf(type: Structured, headers: Headers): string | null {
    const isMultipart = type.value.startsWith('multipart/')
    const declared = isMultipart
      ? (type.parameters.get('boundary')?.slice(0, maxBoundary).trimEnd() ?? '')
      : ''
    if (declared !== '') return declared
    const isHeadless = this.#frames.length === 0 && !headers.fields.has('content-type')
    return isMultipart || isHeadless ? this.#guess(headers.end) : null
  }

  /** The first line `--…` behind which a header of a part stands. */
  #guess(start: number): string | null {
    if (this.#guesses++ >= maxGuesses) return null
    const text = this.#bytes.toString('latin1', start, start + guessWithin)
    const found = /(?:^|\n)--([^\r\n]{1,1000})\r?\nContent-[^\r\n]{1,200}/i.exec(text)?.[1]?.trimEnd()
    return found || null
  }

  /** A multipart whose boundary never came is read again with the one that stands there. */
  #guessed(region: Required<Region>, end: number): Region | null {
    const boundary = this.#guess(region.start)
    if (boundary === null || this.#boundaries.has(boundary)) return null
    if (this.#bytes.indexOf(`--${boundary}`, region.start, 'latin1') >= end) return null
    this.#push({ ...region.frame, boundary })
    return region
  }

  #push(frame: Frame): void {
    frame.shadowed = this.#boundaries.get(frame.boundary)
    this.#boundaries.set(frame.boundary, this.#frames.length)
    this.#frames.push(frame)
  }

  /** Ends the frame at `index` and all within it. */
  #pop(index: number): void {
    while (this.#frames.length > index) {
      const frame = this.#frames.pop() as Frame
      if (frame.shadowed === undefined) this.#boundaries.delete(frame.boundary)
      else this.#boundaries.set(frame.boundary, frame.shadowed)
    }
  }

  /** What begins behind a line with a boundary. */
  #pass({ frame: index, isClose, next }: Delimiter): Region {
    const frame = this.#frames[index] as Frame
    this.#pop(isClose ? index : index + 1)
    if (isClose) {
      const type = parseStructured('text/plain')
      return { role: 'epilogue', headers: frame.headers, type, number: frame.number, start: next }
    }
    frame.count++
    const number = frame.number === '' ? `${frame.count}` : `${frame.number}.${frame.count}`
    const headers = readHeaders(this.#bytes, next, line => this.#delimiterAt(line) !== null)
    return this.#enter(next, headers, number, frame.defaultType)
  }

  #nextDelimiter(from: number): Delimiter | null {
    if (this.#frames.length === 0) return null
    for (let line = from; line < this.#bytes.length; ) {
      const found = this.#delimiterAt(line)
      if (found) return found
      line = this.#bytes.indexOf('\n--', line, 'latin1') + 1
      if (line === 0) return null
    }
    return null
  }

  /** The boundary in the line at `line`; blanks may follow it. */
  #delimiterAt(line: number): Delimiter | null {
    const bytes = this.#bytes
    if (bytes[line] !== 0x2d || bytes[line + 1] !== 0x2d) return null
    const window = bytes.subarray(line + 2, line + 2 + maxBoundary + 80)
    const newline = window.indexOf(0x0a)
    if (newline < 0 && window.length === maxBoundary + 80) return null
    const text = window.toString('latin1', 0, newline < 0 ? window.length : newline).trimEnd()
    const isOpen = this.#boundaries.has(text)
    const frame = this.#boundaries.get(isOpen || !text.endsWith('--') ? text : text.slice(0, -2).trimEnd())
    if (frame === undefined) return null
    const next = lineAfter(bytes, line)
    return { before: endBefore(bytes, line), next, frame, isClose: !isOpen }
  }
}

/** The line break before a boundary belongs to it. */
function endBefore(bytes: Buffer, line: number): number {
  if (bytes[line - 1] !== 0x0a) return line
  return bytes[line - 2] === 0x0d ? line - 2 : line - 1
}

/** The name that a part is given: in its disposition, its type, or its place on the web. */
export function toldName({ headers, type }: Leaf, disposition: Structured): string | null {
  const place = headers.fields.get('content-location')?.split(/[?#]/)[0]
  return parameter(disposition, 'filename') || parameter(type, 'name') || place || null
}
