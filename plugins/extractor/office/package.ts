import type { Task } from './task.ts'
import { xmlTags, xmlText } from './xml.ts'
import { listZip, partKey, readMember, type ZipMember } from './zip.ts'

/** A relationship of a part to another or to something outside (ECMA-376 part 2, 9.3). */
export interface Relationship {
  id: string
  /** Last part of its type: `attachedTemplate`, `vbaProject`. */
  type: string
  /** As it is written. */
  target: string
  isExternal: boolean
  /** The part that has it; '' for the package. */
  source: string
}

/** Parts of a document that are read are small; what they unfold to together is bounded by the budget too. */
const maxPart = 2 ** 25

/** Relationships of a document; a book with thousands of links has fewer. */
const maxRelationships = 2 ** 17

/** An Office Open XML file: its parts by name, read one by one. */
export class OfficePackage {
  readonly #bytes: Buffer
  readonly #members: Map<string, ZipMember>
  readonly #task: Task
  /** Bytes that parts may still unfold to. */
  #readable: number
  #relationships: Relationship[] | null = null

  constructor(bytes: Buffer, task: Task) {
    this.#bytes = bytes
    this.#task = task
    this.#readable = Math.max(task.room, maxPart)
    this.#members = listZip(bytes)
  }

  /** Paths of the parts that have such a path. */
  paths(pattern: RegExp): string[] {
    return [...this.#members.values()].map(member => member.path).filter(path => pattern.test(path))
  }

  has(path: string): boolean {
    return this.#members.has(partKey(path))
  }

  /** Content of a part, what could be read of it; null when there is none. Told when damaged or too large. */
  read(path: string): Buffer | null {
    const member = this.#members.get(partKey(path))
    if (!member) return null
    this.#task.check()
    const limit = Math.min(maxPart, this.#readable)
    const { content, problem } = readMember(this.#bytes, member, limit)
    // What is too large was unfolded up to the limit to find that out.
    this.#readable -= problem === 'larger than the limit' ? limit : content.length
    if (problem === 'larger than the limit') this.#task.leaveOut(path)
    else if (problem) this.#task.fault(path, problem)
    return content.length > 0 ? content : null
  }

  /** Text of an XML part, '' when there is none. */
  readText(path: string): string {
    const content = this.read(path)
    return content ? xmlText(content) : ''
  }

  /** All relationships of all parts. */
  get relationships(): readonly Relationship[] {
    this.#relationships ??= this.#readAllRelationships()
    return this.#relationships
  }

  #readAllRelationships(): Relationship[] {
    const found: Relationship[] = []
    for (const path of this.paths(/\.rels$/i)) {
      for (const relationship of this.#readRelationships(path)) {
        if (found.push(relationship) < maxRelationships) continue
        this.#task.fault(path, `more than ${maxRelationships} relationships: the rest is not read`)
        return found
      }
    }
    return found
  }

  *#readRelationships(path: string): Generator<Relationship, void> {
    const source = path.replace(/(^|\/)_rels\/([^/]*)\.rels$/i, '$1$2')
    for (const tag of xmlTags(this.readText(path))) {
      const target = tag.attribute('Target')
      if (tag.isClosing || tag.name !== 'Relationship' || target === undefined) continue
      const type = (tag.attribute('Type') ?? '').split('/').at(-1) ?? ''
      const isExternal = /^external$/i.test(tag.attribute('TargetMode')?.trim() ?? '') || isAbsolute(target)
      yield { id: tag.attribute('Id') ?? '', type, target, isExternal, source }
    }
  }
}

/** Where no mode says so: a scheme, or the path of a share. */
function isAbsolute(target: string): boolean {
  return /^[a-z][a-z\d+.-]{1,15}:/i.test(target) || target.startsWith('\\\\')
}

/** The part that a relationship leads to. */
export function targetPart({ source, target }: Relationship): string {
  if (target.startsWith('/')) return target.slice(1)
  const path = source.split('/').slice(0, -1)
  for (const step of target.split('/')) {
    if (step === '..') path.pop()
    else if (step !== '.') path.push(step)
  }
  return path.join('/')
}
