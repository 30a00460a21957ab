import { type Encryption, openEncryption, type Secret } from './encryption.ts'
import { FirstFacts } from './facts.ts'
import { type Decoded, decode, longName, type Step } from './filters.ts'
import { innerObjects } from './object-streams.ts'
import {
  allowanceFor,
  findObjects,
  indexObjects,
  type Located,
  maxObjects,
  type ObjectIndex,
  type PdfObject,
} from './objects.ts'
import { type Allowance, parseObject } from './parser.ts'
import { isReadable } from './strings.ts'
import type { Task } from './task.ts'
import { type Dict, get, isDict, isRef, toCount, type Value } from './values.ts'

/** Content of one stream; no larger one is held. */
const maxContent = 128 * 2 ** 20
/** Content of one object stream, and what unfolding all of them may cost. */
const maxObjectStream = 16 * 2 ** 20
const maxObjectStreams = 128 * 2 ** 20
/** Filters of one stream. */
const maxSteps = 32
/** Bytes of a stream that tell what it is. */
const glanceInput = 8192
const glanceOutput = 8192
/** Filters that are undone to see what streams are. */
const maxGlances = 1_000_000
/** References that lead to another reference. */
const maxHops = 8
/** Objects that are kept as they were read, and bytes of the largest. */
const maxCached = 256
const largestCached = 4096
/** Revisions among which the one of the same part is looked for. */
const maxSearch = 100

/** A document with everything that it holds, whatever its cross-reference tables say. */
export class PdfDocument {
  /** By offset, those of object streams included. */
  objects: readonly PdfObject[] = []
  readonly #bytes: Buffer
  readonly #task: Task
  readonly #passwords: readonly string[]
  readonly #index: ObjectIndex = new Map()
  /** What reading objects again, for references, may cost. */
  readonly #again: Allowance
  readonly #encryptions: Encryption[] = []
  #glances = maxGlances
  readonly #cache = new Map<PdfObject, Value>()

  constructor(bytes: Buffer, passwords: readonly string[], task: Task) {
    this.#bytes = bytes
    this.#passwords = passwords
    this.#task = task
    this.#again = allowanceFor(bytes.length)
  }

  /** Finds all objects, opens the encryption, unfolds object streams. */
  async open(): Promise<void> {
    const facts = new FirstFacts()
    const objects = findObjects(this.#bytes, this.#task, (object, value) => facts.look(object, value))
    this.#replace(objects)
    this.#decrypt(facts)
    const inner = await this.#unfold(facts.objectStreams)
    if (inner.length === 0) return
    this.#replace([...objects, ...inner].sort((a, b) => a.offset - b.offset))
  }

  /** Bytes of the payload. */
  get size(): number {
    return this.#bytes.length
  }

  /** The one that opened, else one that did not; null for a document that is not encrypted. */
  get encryption(): Encryption | null {
    return this.#encryptions.find(({ password }) => password !== null) ?? this.#encryptions[0] ?? null
  }

  #replace(objects: readonly PdfObject[]): void {
    this.objects = objects
    this.#index.clear()
    for (const [number, object] of indexObjects(objects)) this.#index.set(number, object)
  }

  /** Reads an object again. */
  read(object: PdfObject, allowance: Allowance): Value {
    return parseObject(object, allowance).value
  }

  /** Every revision of an object, the last one first. */
  *revisions(number: number): Generator<PdfObject, void> {
    for (let object = this.#index.get(number) ?? null; object; object = object.previous) yield object
  }

  /** The last revision of an object that is in the same part as `owner`; without one the last of all. */
  #find(number: number, owner: PdfObject): PdfObject | null {
    const last = this.#index.get(number) ?? null
    let object = last
    for (let steps = 0; object && steps < maxSearch; steps++, object = object.previous)
      if (object.part === owner.part) return object
    return last
  }

  /** What a reference leads to in the last revision; null too when too much was read for references already. */
  resolve(value: Value, owner: PdfObject): Located {
    let found: Located = { value, owner }
    for (let hops = 0; isRef(found.value) && hops < maxHops; hops++) {
      const object = this.#find(found.value.ref, found.owner)
      if (!object || !this.#mayReadAgain(object)) return { value: null, owner }
      found = { value: this.#readAgain(object), owner: object }
    }
    return isRef(found.value) ? { value: null, owner } : found
  }

  /** Small objects that many refer to, as filters, are kept for a while. */
  #readAgain(object: PdfObject): Value {
    const known = this.#cache.get(object)
    if (known !== undefined) return known
    const value = this.read(object, this.#again)
    if (this.#cache.size >= maxCached) this.#cache.clear()
    if (object.end - object.start <= largestCached) this.#cache.set(object, value)
    return value
  }

  #mayReadAgain({ start, end, data }: PdfObject): boolean {
    this.#again.left -= (data?.start ?? end) - start
    if (this.#again.left >= 0) return true
    this.#task.cut('references', 'references of a PDF: its objects were read too often')
    return false
  }

  /** The bytes of a string, decrypted where it is encrypted and can be; null where it cannot. */
  string(bytes: Uint8Array, owner: PdfObject): Uint8Array | null {
    const { number, generation, container } = owner
    if (number === null || container || this.#encryptions.length === 0) return bytes
    let first: Uint8Array | null = null
    for (const encryption of this.#encryptions) {
      const plain = encryption.decrypt(bytes, { number, generation }, { secret: 'string' })
      if (plain && isReadable(plain)) return plain
      first ??= plain
    }
    // An encryption dictionary may be there to mislead.
    return isReadable(bytes) ? bytes : first
  }

  /** The content of a stream; null where it is encrypted and cannot be read. */
  async content(object: PdfObject, dict: Dict, wish: Wish): Promise<Decoded | null> {
    const { isGlance = false, most = maxContent } = wish
    const steps = this.steps(object, dict)
    if (isGlance && !this.#mayGlance(steps.length)) return null
    const limit = isGlance ? glanceOutput : Math.min(this.#task.bytesLeft, most, maxContent)
    const wanted = { limit, isGlance, check: () => this.#task.check() }
    // Filters know where their data ends; without one nobody does.
    const isCutOff = steps.length === 0 && object.data?.isOpen
    let first: Decoded | null = null
    for (const { data, isGuess } of this.#decrypted(object, { dict, steps, ...wish })) {
      const decoded = await decode(data, steps, wanted)
      if (isGood(decoded, isGlance)) return isCutOff ? { ...decoded, end: 'cut short' } : decoded
      if (!isGuess && (first?.content.length ?? 0) === 0) first = decoded
    }
    return first
  }

  /** Long chains in each of many streams are not honest. */
  #mayGlance(steps: number): boolean {
    this.#glances -= Math.max(1, steps)
    if (this.#glances < 0) this.#task.cut('streams', `streams of a PDF after ${maxGlances} filters`)
    return this.#glances >= 0
  }

  /** What may be the plain data of a stream: decrypted in each way, then as it is, where its filters can prove that. */
  *#decrypted(
    object: PdfObject,
    { dict, steps, secret, isGlance = false }: Stored,
  ): Generator<Candidate, void> {
    const { number, generation } = object
    const { start, end } = object.data ?? { start: 0, end: 0 }
    const data = object.bytes.subarray(start, isGlance ? Math.min(end, start + glanceInput) : end)
    const encryptions = get(dict, 'Type') === 'XRef' || number === null ? [] : this.#encryptions
    if (encryptions.length === 0) return yield { data, isGuess: false }
    const what = { secret, filter: cryptFilter(steps), isPart: isGlance }
    for (const encryption of encryptions) {
      const plain = encryption.decrypt(data, { number: number ?? 0, generation }, what)
      if (plain) yield { data: plain, isGuess: false }
      if (plain === data) return
    }
    if (steps.some(({ filter }) => filter === 'FlateDecode')) yield { data, isGuess: true }
  }

  /** The filters of a stream. A chain that is longer than any honest one is not followed. */
  steps(object: PdfObject, dict: Dict): Step[] {
    const filters = this.#list(filterOf(dict), object)
    const parms = this.#list(get(dict, 'DecodeParms', 'DP'), object)
    if (filters.length > maxSteps) {
      this.#task.fault(`a stream with more than ${maxSteps} filters is not decoded`)
      return [{ filter: `more than ${maxSteps} filters`, parms: null }]
    }
    return filters.flatMap((filter, index) => {
      if (typeof filter !== 'string') return []
      const parm = parms[index]
      return [{ filter: longName(filter), parms: isDict(parm) ? this.#resolved(parm, object) : null }]
    })
  }

  #list(value: Value, owner: PdfObject): Value[] {
    const found = this.resolve(value, owner)
    if (!Array.isArray(found.value)) return found.value === null ? [] : [found.value]
    const items = found.value.slice(0, maxSteps + 1)
    return items.map(item => this.resolve(item, found.owner).value)
  }

  /** Values of a small dictionary: numbers may be objects of their own. */
  #resolved({ names, items }: Dict, owner: PdfObject): Dict {
    return { names, items: items.slice(0, 32).map(item => this.resolve(item, owner).value) }
  }

  #decrypt(facts: FirstFacts): void {
    const check = () => this.#task.check()
    for (const { value, owner } of facts.encryptions) {
      const dict = isDict(value) ? this.#resolved(value, owner) : null
      if (!dict) continue
      const attempts = { passwords: this.#passwords, ids: facts.ids, check }
      this.#encryptions.push(openEncryption(dict, attempts))
    }
    for (const handler of facts.foreign)
      this.#task.fault(`encrypted by ${handler.slice(0, 60)}, which is not supported`)
    if (this.#encryptions.length > 0 && this.encryption?.password === null)
      this.#task.fault(`the PDF is encrypted, and none of ${this.#passwords.length} known passwords opens it`)
  }

  async #unfold(streams: readonly PdfObject[]): Promise<PdfObject[]> {
    const inner: PdfObject[] = []
    let left = maxObjectStreams
    for (const stream of streams) {
      await this.#task.breathe()
      const dict = this.read(stream, { left: 0 })
      const most = Math.min(left, maxObjectStream)
      const decoded = isDict(dict) ? await this.content(stream, dict, { secret: 'stream', most }) : null
      if (!isDict(dict) || !decoded) continue
      left -= decoded.end === 'cut' ? most : decoded.content.length
      if (decoded.end === 'cut') this.#task.cut('object_streams', `an object stream after ${most} bytes`)
      else innerObjects(stream, decoded.content, toCount(get(dict, 'First')) ?? 0, inner)
      if (inner.length + this.objects.length <= maxObjects) continue
      this.#task.cut('objects', `more than ${maxObjects} objects of a PDF`)
      break
    }
    return inner
  }
}

/** Whether filters say that the data was theirs. */
function isGood({ content, end }: Decoded, isGlance: boolean): boolean {
  return end === 'whole' || (end === 'cut' && (!isGlance || content.length > 0))
}

/** What is asked of a stream. */
interface Wish {
  secret: Secret
  /** True: its first bytes are enough. */
  isGlance?: boolean
  /** Bytes of content, when it is not to be a glance. */
  most?: number
}

interface Stored extends Wish {
  dict: Dict
  steps: readonly Step[]
}

interface Candidate {
  data: Uint8Array
  /** True: only good when it turns out to be whole. */
  isGuess: boolean
}

/** The abbreviation of Filter is also the name for a file that holds the data: that is no name. */
function filterOf(dict: Dict): Value {
  const filter = get(dict, 'Filter')
  const short = get(dict, 'F')
  const isFilter = typeof short === 'string' || (Array.isArray(short) && typeof short[0] === 'string')
  return filter === null && isFilter ? short : filter
}

/** The crypt filter that a stream names by itself (ISO 32000-2, 7.4.10). */
function cryptFilter(steps: readonly Step[]): string | null {
  const crypt = steps.find(({ filter }) => filter === 'Crypt')
  const name = crypt?.parms ? get(crypt.parms, 'Name') : null
  return crypt ? (typeof name === 'string' ? name : 'Identity') : null
}
