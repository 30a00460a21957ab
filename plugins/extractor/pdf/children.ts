import type { Extracted } from 'stoq'
import type { PdfDocument } from './document.ts'
import type { Secret } from './encryption.ts'
import type { Decoded } from './filters.ts'
import { Findings, type Script } from './findings.ts'
import { kindOf } from './kinds.ts'
import { baseName } from './names.ts'
import { allowanceFor, type PdfObject } from './objects.ts'
import type { Allowance } from './parser.ts'
import { scriptBytes } from './strings.ts'
import type { Task } from './task.ts'
import { type Dict, get, isDict, isRef, type Value } from './values.ts'

type Meta = Record<string, unknown>

/** Gives what is in a document, one after another: embedded files, scripts, forms, actions, streams. */
export class Children {
  readonly #document: PdfDocument
  readonly #task: Task
  readonly #findings: Findings
  readonly #allowance: Allowance
  /** Streams and objects with a string that were given: each comes once. */
  readonly #given = new Set<PdfObject>()
  /** References that were followed, as text. */
  readonly #seen = new Set<string>()
  /** False: references lead to objects of the same part of the payload. */
  #isAnywhere = false

  constructor(document: PdfDocument, task: Task) {
    this.#document = document
    this.#task = task
    this.#findings = new Findings(document, task)
    this.#allowance = allowanceFor(document.size)
  }

  /** `all`: every stream, not only those that hold a known kind of file or script. */
  async *each(all: boolean): AsyncGenerator<Extracted> {
    await this.#findings.collect()
    // Of several documents in one payload each has its own objects; a reader that sees one document sees others.
    for (const isAnywhere of [false, true]) {
      this.#isAnywhere = isAnywhere
      yield* this.#files()
      for (const script of this.#findings.scripts) yield* this.#script(script)
      for (const form of this.#findings.forms) yield* this.#form(form.value, form.owner)
      this.#seen.clear()
    }
    yield* this.#actions()
    for (const stream of this.#findings.streams) yield* this.#stream(stream, all)
  }

  async *#files(): AsyncGenerator<Extracted> {
    for (const stream of this.#findings.streams) {
      if (!this.#findings.isFile(stream, this.#isAnywhere)) continue
      const path = this.#findings.fileName(stream)
      const name = path === null ? null : baseName(path)
      const original =
        path !== null && path !== name ? { original_path: path.slice(0, maxPath).toWellFormed() } : {}
      const mime = get(this.#dict(stream), 'Subtype')
      yield* this.#open(stream, 'file', {
        filename: name ?? `object_${stream.number}`,
        ...original,
        type: 'embedded_file',
        ...(typeof mime === 'string' && { mime_type: mime.slice(0, maxType) }),
      })
    }
  }

  async *#script(script: Script): AsyncGenerator<Extracted> {
    const { value, owner } = script
    const trigger = this.#findings.triggerOf(script)
    const meta = { type: 'javascript', ...(trigger !== null && { trigger }) }
    const name = this.#findings.nameOf(owner)
    if (value instanceof Uint8Array && !this.#isAnywhere)
      return yield* this.#text(value, owner, { filename: scriptName(name, owner), ...meta })
    for (const object of this.#follow('script', value, owner)) {
      const filename = scriptName(name, object)
      if (object.data) yield* this.#open(object, 'stream', { filename, ...meta }, scriptBytes)
      else {
        this.#given.add(object)
        yield* this.#text(this.#document.read(object, this.#allowance), object, { filename, ...meta })
      }
    }
  }

  /** A script that is a string in `holder`. */
  *#text(value: Value, holder: PdfObject, meta: Meta): Generator<Extracted> {
    const bytes = value instanceof Uint8Array ? this.#document.string(value, holder) : null
    if (bytes && bytes.length > 0)
      yield* this.#give(scriptBytes(bytes), { ...meta, ...this.#placeOf(holder) })
  }

  /** Every revision of what is referred to, once for each purpose. */
  #follow(purpose: string, value: Value, { part }: PdfObject): PdfObject[] {
    if (!isRef(value)) return []
    const key = `${purpose} ${value.ref} ${this.#isAnywhere || part}`
    if (this.#seen.has(key)) return []
    this.#seen.add(key)
    const objects = [...this.#document.revisions(value.ref)].filter(
      object => this.#isAnywhere || object.part === part,
    )
    return objects.filter(object => !this.#given.has(object))
  }

  /** An XFA form is one stream, or names and streams that are one XML document together (ISO 32000-1, 12.7.8). */
  async *#form(given: Value, holder: PdfObject): AsyncGenerator<Extracted> {
    const { value, owner } = this.#listOf(given, holder)
    const parts: Uint8Array[] = []
    const older: PdfObject[] = []
    let left = Math.min(maxForm, this.#task.bytesLeft)
    for (const item of Array.isArray(value) ? value : [value]) {
      const [stream, ...others] = this.#follow('form', item, owner).filter(({ data }) => data)
      older.push(...others.slice(0, maxOlder))
      const decoded = stream && (await this.#decode(stream, 'stream', left))
      if (decoded) parts.push(decoded.content)
      left -= decoded?.content.length ?? 0
    }
    const meta = { filename: 'xfa.xml', type: 'xfa' }
    if (parts.length > 0) yield* this.#give(Buffer.concat(parts), { ...meta, ...this.#placeOf(owner) })
    for (const stream of older) yield* this.#open(stream, 'stream', meta)
  }

  /** A reference to an array leads to it, one to a stream stays. */
  #listOf(given: Value, holder: PdfObject): { value: Value; owner: PdfObject } {
    if (!isRef(given)) return { value: given, owner: holder }
    const found = this.#document.resolve(given, holder)
    return Array.isArray(found.value) ? found : { value: given, owner: holder }
  }

  *#actions(): Generator<Extracted> {
    if (this.#findings.actions.length === 0) return
    const list = this.#findings.actions.map(({ owner, action, trigger: told, ...details }) => {
      const trigger = this.#findings.triggerOf({ trigger: told ?? null, owner })
      return { action, ...(trigger !== null && { trigger }), ...objectOf(owner), ...details }
    })
    const content = Buffer.from(`${JSON.stringify(list, null, 2)}\n`)
    yield* this.#give(content, { filename: 'actions.json', type: 'actions' })
  }

  async *#stream(stream: PdfObject, all: boolean): AsyncGenerator<Extracted> {
    await this.#task.breathe()
    if (this.#given.has(stream)) return
    const dict = this.#dict(stream)
    const start = await this.#document.content(stream, dict, { secret: 'stream', isGlance: true })
    const kind = start && kindOf(start.content)
    if (!kind && !all) return
    const types = [get(dict, 'Type'), get(dict, 'Subtype')].filter(type => typeof type === 'string')
    yield* this.#open(stream, 'stream', {
      filename: `object_${stream.number ?? 0}`,
      type: 'stream',
      ...(types.length > 0 && { stream_type: types.join('/').slice(0, maxType) }),
      ...(kind && { file_type: kind }),
    })
  }

  /** Gives the content of a stream. */
  async *#open(
    stream: PdfObject,
    secret: Secret,
    meta: Meta,
    convert = (bytes: Uint8Array) => bytes,
  ): AsyncGenerator<Extracted> {
    if (this.#given.has(stream)) return
    const decoded = await this.#decode(stream, secret, this.#task.bytesLeft)
    if (!decoded) return
    const { content, end, left } = decoded
    // A file may be empty; everything else that is, tells nothing.
    if (content.length === 0 && (end !== 'whole' || secret !== 'file')) return
    yield* this.#give(convert(content), {
      ...meta,
      ...this.#placeOf(stream),
      ...this.#filtersOf(stream),
      ...(left.length > 0 && { undecoded: left.map(filter => filter.slice(0, maxType)) }),
      ...(end !== 'whole' && { damaged: end }),
    })
  }

  /** The content of a stream, which is given from now on. What is missing is told; null when nothing is there. */
  async #decode(stream: PdfObject, secret: Secret, most: number): Promise<Decoded | null> {
    this.#task.admit()
    if (this.#task.bytesLeft === 0) this.#task.end('max_bytes', 'what follows of a PDF left out')
    await this.#task.breathe()
    this.#given.add(stream)
    const decoded = await this.#document.content(stream, this.#dict(stream), { secret, most })
    const label = `object ${stream.number ?? 'without a number'} at ${stream.offset}`
    if (decoded?.end === 'cut') {
      this.#task.cut('max_bytes', `${label} left out: larger than ${most} bytes, or than any that is held`)
      return null
    }
    if (decoded && decoded.end !== 'whole') this.#task.fault(`${label}: its data is ${decoded.end}`)
    return decoded
  }

  /** What is larger than what is left must not hide what follows. */
  *#give(content: Uint8Array, meta: Meta): Generator<Extracted> {
    this.#task.admit()
    if (content.length > this.#task.bytesLeft) {
      this.#task.cut(
        'max_bytes',
        `${meta['type']} of a PDF left out: more than ${this.#task.bytesLeft} bytes`,
      )
      return
    }
    const { encryption } = this.#document
    const password = encryption?.password ?? null
    const opened = encryption &&
      password !== null && { encryption: encryption.name, password: password.toWellFormed() }
    yield [{ ...meta, size: content.length, ...opened }, content]
    this.#task.handedOver(content.length)
  }

  #dict(stream: PdfObject): Dict {
    const value = this.#document.read(stream, { left: 0 })
    return isDict(value) ? value : { names: [], items: [] }
  }

  #placeOf(object: PdfObject): Meta {
    const { container } = object
    const stream = container && { object_stream: objectOf(container).object }
    return { ...objectOf(object), offset: object.offset, ...stream }
  }

  #filtersOf(stream: PdfObject): Meta {
    const filters = this.#document
      .steps(stream, this.#dict(stream))
      .map(({ filter }) => filter.slice(0, maxType))
    return filters.length > 0 ? { filters } : {}
  }
}

const maxPath = 4096
/** Bytes of a form, and older revisions of one of its streams. */
const maxForm = 32 * 2 ** 20
const maxOlder = 1000
const maxType = 127

/** Number and generation, as references have them. */
function objectOf({ number, generation }: PdfObject): { object?: string } {
  return number === null ? {} : { object: `${number} ${generation}` }
}

function scriptName(name: string | null, { number }: PdfObject): string {
  const base = name === null ? null : baseName(name)
  if (base === null) return number === null ? 'javascript.js' : `javascript_${number}.js`
  return /\.js$/i.test(base) ? base : `${base}.js`
}
