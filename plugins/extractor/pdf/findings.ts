import { type Action, fileText, readAction, readExternal } from './actions.ts'
import type { PdfDocument } from './document.ts'
import { allowanceFor, type PdfObject } from './objects.ts'
import { textOf } from './strings.ts'
import type { Task } from './task.ts'
import { type Dict, get, isDict, isRef, type Value } from './values.ts'

/** A script: a string, or a reference to a string or stream. */
export interface Script {
  value: Value
  owner: PdfObject
  trigger: string | null
}

/** Where a value stands: what starts an action there, and under which name it is listed. */
interface Context {
  trigger: string | null
  name: { bytes: Uint8Array; owner: PdfObject } | null
}

/** Objects of one number in different documents of a payload are different. */
function keyOf(number: number | null, { part }: PdfObject): number {
  return (number ?? 0) + part * largestNumber
}

const largestNumber = 1e10

const nowhere: Context = { trigger: null, name: null }

/** Facts that are noted; more are too many for any honest document. */
const maxNotes = 100_000

/** What an analyst wants to see of a document, found in its objects wherever they hang: no tree is followed. */
export class Findings {
  readonly scripts: Script[] = []
  readonly forms: { value: Value; owner: PdfObject }[] = []
  readonly actions: (Action & { owner: PdfObject })[] = []
  /** Streams that are embedded files, by `keyOf`, with the file specification that names them. */
  readonly files = new Map<number, { spec: Dict | null; owner: PdfObject }>()
  readonly #fileNumbers = new Set<number>()
  /** Objects with a stream. */
  readonly streams: PdfObject[] = []
  /** What the objects are referred to as. */
  readonly #contexts = new Map<number, Context>()
  readonly #knownActions = new Set<string>()
  readonly #document: PdfDocument
  readonly #task: Task

  constructor(document: PdfDocument, task: Task) {
    this.#document = document
    this.#task = task
  }

  /** Looks at every object. */
  async collect(): Promise<void> {
    const allowance = allowanceFor(this.#document.size)
    for (const object of this.#document.objects) {
      this.#task.check()
      await this.#task.breathe()
      const value = this.#document.read(object, allowance)
      if (object.data && isDict(value)) this.#noteStream(object, value)
      this.#walk(object, value)
    }
  }

  /** What starts the object: told where it stands, or where it is referred to. */
  triggerOf(found: { trigger: string | null; owner: PdfObject }): string | null {
    return found.trigger ?? this.#contexts.get(keyOf(found.owner.number, found.owner))?.trigger ?? null
  }

  /** The name under which the object is listed. */
  nameOf(owner: PdfObject): string | null {
    const name = this.#contexts.get(keyOf(owner.number, owner))?.name
    const bytes = name && this.#document.string(name.bytes, name.owner)
    return bytes ? textOf(bytes) : null
  }

  #noteStream(object: PdfObject, dict: Dict): void {
    this.streams.push(object)
    if (get(dict, 'Type') === 'EmbeddedFile' && object.number !== null)
      this.#noteFile(object.number, null, object)
    const external = readExternal(this.#document, dict, object)
    if (external) this.#noteAction(external, nowhere, object)
  }

  /** Every value of an object, in the order in which they stand. */
  #walk(owner: PdfObject, root: Value): void {
    const waiting: [Value, Context][] = [[root, nowhere]]
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [value, context] = next
      if (Array.isArray(value)) for (const item of value.toReversed()) wait(waiting, item, context)
      else if (isDict(value)) this.#enter(value, context, owner, waiting)
    }
  }

  #enter(dict: Dict, context: Context, owner: PdfObject, waiting: [Value, Context][]): void {
    this.#look(dict, context, owner)
    for (let index = dict.names.length - 1; index >= 0; index--) {
      const [name = '', item = null] = [dict.names[index], dict.items[index]]
      const inner = contextOf(name, context)
      if (name === 'Names' && Array.isArray(item)) this.#noteNames(item, owner)
      this.#refer(item, inner, owner)
      wait(waiting, item, inner)
    }
  }

  #look(dict: Dict, context: Context, owner: PdfObject): void {
    const action = readAction(this.#document, dict, owner)
    if (action) this.#noteAction(action, context, owner)
    for (const [index, name] of dict.names.entries()) {
      const value = dict.items[index] ?? null
      if (name === 'JS') this.#noteScript(value, context, owner)
      else if (name === 'XFA' && this.forms.length < maxNotes) this.forms.push({ value, owner })
      else if (name === 'EF') this.#noteFiles(value, dict, owner)
    }
  }

  #noteScript(value: Value, { trigger }: Context, owner: PdfObject): void {
    if (this.scripts.length < maxNotes) this.scripts.push({ value, owner, trigger })
    else this.#task.cut('scripts', `more than ${maxNotes} scripts of a PDF`)
  }

  #noteAction(action: Action, { trigger }: Context, owner: PdfObject): void {
    const key = JSON.stringify({ ...action, trigger })
    if (this.#knownActions.has(key)) return
    if (this.actions.length >= maxActions) {
      this.#task.cut('actions', `more than ${maxActions} actions of a PDF`)
      return
    }
    this.#knownActions.add(key)
    this.actions.push({ ...action, ...(trigger !== null && { trigger }), owner })
  }

  /** The streams of one file specification: the same file under names for several systems. */
  #noteFiles(given: Value, spec: Dict, owner: PdfObject): void {
    const { value } = this.#document.resolve(given, owner)
    if (!isDict(value)) return
    for (const item of value.items) if (isRef(item)) this.#noteFile(item.ref, spec, owner)
  }

  /** The first specification with a name counts. */
  #noteFile(number: number, spec: Dict | null, owner: PdfObject): void {
    const key = keyOf(number, owner)
    const known = this.files.get(key)
    if (known?.spec || (!known && this.files.size >= maxNotes)) return
    this.files.set(key, { spec, owner })
    this.#fileNumbers.add(number)
  }

  /** Pairs of a name and an object, in the leaf of a name tree (ISO 32000-2, 7.9.6). */
  #noteNames(items: readonly Value[], owner: PdfObject): void {
    for (let index = 0; index + 1 < items.length; index += 2) {
      const [name, item] = [items[index], items[index + 1]]
      if (!(name instanceof Uint8Array)) continue
      this.#refer(item ?? null, { trigger: 'Names', name: { bytes: name, owner } }, owner)
    }
  }

  /** The first thing that is told of an object stands; a name is added. */
  #refer(item: Value, context: Context, owner: PdfObject): void {
    if (!isRef(item) || context === nowhere || this.#contexts.size >= maxNotes) return
    const key = keyOf(item.ref, owner)
    const known = this.#contexts.get(key)
    this.#contexts.set(key, {
      trigger: known?.trigger ?? context.trigger,
      name: known?.name ?? context.name,
    })
  }

  /** Whether a stream is an embedded file, in its own part of the payload or in another one. */
  isFile(stream: PdfObject, isAnywhere: boolean): boolean {
    if (stream.number === null) return false
    return isAnywhere ? this.#fileNumbers.has(stream.number) : this.files.has(keyOf(stream.number, stream))
  }

  /** The name of an embedded file; null when it has none. */
  fileName(stream: PdfObject): string | null {
    const { spec, owner } = this.files.get(keyOf(stream.number, stream)) ?? {}
    if (!spec || !owner) return null
    return fileText(this.#document, spec, owner) ?? this.nameOf(owner)
  }
}

const maxActions = 10_000

function wait(waiting: [Value, Context][], value: Value, context: Context): void {
  if (isDict(value) || Array.isArray(value)) waiting.push([value, context])
}

/** Entries that start actions (ISO 32000-2, 12.6.3). */
function contextOf(name: string, outer: Context): Context {
  if (name === 'OpenAction' || name === 'AA' || name === 'A' || name === 'PA')
    return { trigger: name, name: null }
  if (name === 'Next') return outer
  if (outer.trigger === 'AA' && name.length <= 3) return { trigger: `AA/${name}`, name: null }
  return nowhere
}
