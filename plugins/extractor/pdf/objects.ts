import { findMarks, type Mark, type StreamData, streamData, WordFinder } from './marks.ts'
import { type Allowance, type Parsed, parseObject } from './parser.ts'
import type { Task } from './task.ts'
import { type Dict, get, isDict, isRef, toCount, type Value } from './values.ts'

/** An object as it is found, whichever revision of the document it belongs to. */
export interface PdfObject {
  /** Null: a trailer, or what stands before the first object. */
  number: number | null
  generation: number
  /** Offset in the payload; of one in an object stream: that of the stream. */
  offset: number
  /** What it is read from: the payload, or the content of an object stream. */
  bytes: Buffer
  start: number
  end: number
  /** Data of a stream in `bytes`, as it is stored. */
  data: StreamData | null
  /** Several documents may be in one payload: the number of this one. */
  part: number
  /** The object stream that holds it. */
  container: PdfObject | null
  /** The one of the same number before it. */
  previous: PdfObject | null
}

/** A value and the object that it is in: that decides how its strings are encrypted. */
export interface Located {
  value: Value
  owner: PdfObject
}

/** More objects are not looked at. */
export const maxObjects = 500_000

/** Objects are read again only up to so many times the bytes that hold them, and these more. */
const againTimes = 2
const againMore = 2 ** 20

export function allowanceFor(bytes: number): Allowance {
  return { left: againTimes * bytes + againMore }
}

/** Objects by their numbers: the last one, which knows those before it. */
export type ObjectIndex = Map<number, PdfObject>

/** Called for each object when it is read for the first time. */
export type Look = (object: PdfObject, value: Value) => void

/**
 * Every object of the payload in the order of offsets, trailers too, found by what stands there and not by a
 * cross-reference table. Those in object streams are not among them.
 */
export function findObjects(bytes: Buffer, task: Task, look: Look): PdfObject[] {
  const objects = listObjects(bytes, task)
  const reader = new FirstReader(bytes, indexObjects(objects))
  const parts = new PartFinder(bytes)
  const found: PdfObject[] = []
  let skipTo = 0
  for (const object of objects) {
    task.check()
    if (object.offset < skipTo) continue
    object.part = parts.partAt(object.offset, skipTo)
    const value = reader.read(object)
    if (object.data && isDict(value) && holdsPdf(object, value)) skipTo = object.data.end
    found.push(object)
    look(object, value)
  }
  return found
}

/** A PDF that is embedded as it is comes out as a child: its objects are not those of this document. */
function holdsPdf({ bytes, data }: PdfObject, dict: Dict): boolean {
  const start = data?.start ?? 0
  return get(dict, 'Filter') === null && bytes.subarray(start, start + 1024).includes('%PDF-')
}

/** Tells documents that stand one behind another apart: each header behind an end is another one's. */
class PartFinder {
  readonly #headers: WordFinder
  readonly #bytes: Buffer
  #part = 0
  #next: number

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#headers = new WordFinder(bytes, '%PDF-')
    this.#next = this.#headers.next(0)
  }

  /** Offsets increase from call to call. What is before `from` is in a stream. */
  partAt(offset: number, from: number): number {
    while (this.#next >= 0 && this.#next < offset) {
      const before = this.#bytes.subarray(Math.max(0, this.#next - farBehind), this.#next)
      if (this.#next >= from && this.#part < maxParts && before.includes('%%EOF')) this.#part++
      this.#next = this.#headers.next(this.#next + 1)
    }
    return this.#part
  }
}

/** Documents that are told apart. */
const maxParts = 100
/** Bytes between the end of a document and the header of the next one. */
const farBehind = 1024

/** The last object of each number, linked to those before it. */
export function indexObjects(objects: readonly PdfObject[]): ObjectIndex {
  const index: ObjectIndex = new Map()
  for (const object of objects) {
    if (object.number === null) continue
    object.previous = index.get(object.number) ?? null
    index.set(object.number, object)
  }
  return index
}

/** Places of objects and trailers; each ends where the next object begins. */
function listObjects(bytes: Buffer, task: Task): PdfObject[] {
  const objects: PdfObject[] = []
  const first = bytes.indexOf('<<')
  for (const place of mergeByOffset(findMarks(bytes), findTrailers(bytes))) {
    if (objects.length === 0 && first >= 0 && first < place.offset) objects.push(nameless(bytes, first))
    const last = objects.at(-1)
    if (last) last.end = place.offset
    if (objects.length === maxObjects) {
      task.cut('objects', `more than ${maxObjects} objects of a PDF`)
      return objects
    }
    if (objects.length % 1024 === 0) task.check()
    objects.push(place)
  }
  if (objects.length === 0 && first >= 0) objects.push(nameless(bytes, first))
  return objects

  function* mergeByOffset(marks: Iterable<Mark>, trailers: Generator<number, void>): Generator<PdfObject> {
    let trailer = trailers.next()
    for (const { number, generation, offset, start } of marks) {
      for (; !trailer.done && trailer.value < offset; trailer = trailers.next())
        yield nameless(bytes, trailer.value)
      yield { ...nameless(bytes, start), number, generation, offset }
    }
    for (; !trailer.done; trailer = trailers.next()) yield nameless(bytes, trailer.value)
  }
}

function nameless(bytes: Buffer, start: number): PdfObject {
  const place = { number: null, generation: 0, offset: start, bytes, start, end: bytes.length }
  return { ...place, data: null, part: 0, container: null, previous: null }
}

function* findTrailers(bytes: Buffer): Generator<number, void> {
  const size = 'trailer'.length
  for (let at = bytes.indexOf('trailer'); at >= 0; at = bytes.indexOf('trailer', at + size)) yield at + size
}

/** Reads objects in their order and finds the data of streams. */
class FirstReader {
  readonly #bytes: Buffer
  readonly #index: ObjectIndex
  readonly #allowance: Allowance
  readonly #endings: WordFinder

  constructor(bytes: Buffer, index: ObjectIndex) {
    this.#bytes = bytes
    this.#index = index
    this.#allowance = allowanceFor(bytes.length)
    this.#endings = new WordFinder(bytes, 'endstream')
  }

  read(object: PdfObject): Value {
    const { value, stream } = parseObject(object, this.#allowance)
    if (stream >= 0 && isDict(value)) object.data = this.#locate(object, value, stream)
    return value
  }

  /** Data that reaches over the next object may belong to many: it is paid for, or ends there. */
  #locate(object: PdfObject, dict: Dict, keyword: number): StreamData {
    const lengths = this.#lengths(get(dict, 'Length'))
    const data = streamData(this.#bytes, { keyword, end: object.end, lengths }, this.#endings)
    const last = Math.max(data.start, object.end)
    const beyond = data.end - last
    if (beyond <= 0) return data
    if (beyond > this.#allowance.left) return { start: data.start, end: last, isOpen: true }
    this.#allowance.left -= beyond
    return data
  }

  /** A length may be an object of its own, of which there may be several. */
  #lengths(told: Value): number[] {
    if (!isRef(told)) return [toCount(told) ?? -1].filter(length => length >= 0)
    const lengths: number[] = []
    let object = this.#index.get(told.ref) ?? null
    for (let tries = 0; object && tries < maxTries; tries++, object = object.previous) {
      const { value }: Parsed = parseObject(
        { ...object, end: Math.min(object.end, object.start + 32) },
        { left: 0 },
      )
      const length = toCount(value)
      if (length !== null) lengths.push(length)
    }
    return lengths
  }
}

const maxTries = 8
