import type { Extracted } from 'stoq'
import { toUtf8 } from './code-page.ts'
import type { Compound, CompoundEntry } from './compound.ts'
import { baseName, type Task } from './task.ts'
import { decompressContainer, findContainers } from './vba-compression.ts'
import { readDir, type VbaModule } from './vba-dir.ts'

/** `dir` of the largest projects has some 100 KB. */
const maxDir = 2 ** 22
/** Streams of a project that hold no source. */
const noSource = /^(dir|_VBA_PROJECT|__SRP_[0-9a-f]{1,8})$/i

/** Where a project is, for the metadata of its modules. */
export type Origin = Readonly<Record<string, unknown>>

/** A storage with the streams of the modules, and the stream `PROJECT` beside it. */
interface Storage {
  prefix: string
  /** By name in small letters. */
  streams: Map<string, CompoundEntry>
  project: CompoundEntry | undefined
}

/** The source of every module of every VBA project in a compound file, listed or not; true when there is any. */
export async function* extractVba(
  compound: Compound,
  origin: Origin,
  task: Task,
): AsyncGenerator<Extracted, boolean> {
  let count = 0
  for (const storage of findStorages(compound)) {
    await task.breathe()
    for await (const module of extractProject(compound, storage, origin, task)) {
      yield module
      count++
    }
  }
  return count > 0
}

/** Source of modules wherever a compressed container begins with it: what is left where directories are damaged. */
export async function* scanForVba(bytes: Buffer, origin: Origin, task: Task): AsyncGenerator<Extracted> {
  const containers = findContainers(bytes)
  let found = containers.next()
  while (!found.done) {
    await task.breathe()
    const offset = found.value
    const source = decompressContainer(bytes, offset, task.room)
    if (source?.isCut) task.leaveOut(`module at ${offset}`)
    else if (source && source.content.length > 0) {
      const { name, extension } = readAttributes(source.content)
      const named = { filename: `${baseName(name ?? '') ?? `module-${offset}`}.${extension}`, kind: 'vba' }
      const damage = source.isDamaged && { damaged: 'cut short' }
      yield* task.give(
        { ...named, ...(name !== undefined && { module: name }), offset, ...origin, ...damage },
        source.content,
      )
    }
    found = containers.next(source?.end)
  }
}

/** What a module says of itself in its first lines. */
function readAttributes(source: Buffer): { name: string | undefined; extension: string } {
  const start = source.toString('latin1', 0, 600)
  const name = /VB_Name = "([^"\r\n]{1,64})"/.exec(start)?.[1]
  // A form says which two classes it has, a document which one; a class what it can create.
  if (start.includes('VB_Base = "0{')) return { name, extension: 'frm' }
  return { name, extension: /VB_(Base|Creatable) = /.test(start) ? 'cls' : 'bas' }
}

function findStorages(compound: Compound): Storage[] {
  const byPath = new Map(compound.entries.map(entry => [entry.path.toLowerCase(), entry]))
  const storages = new Map<string, Storage>()
  for (const entry of compound.entries) {
    const prefix = entry.path.slice(0, entry.path.length - entry.name.length)
    const isVba = /(^|\/)VBA\/$/i.test(prefix.slice(-5))
    if (!isVba || !entry.isStream) continue
    const project = byPath.get(`${prefix.slice(0, -4).toLowerCase()}project`)
    const storage = storages.get(prefix) ?? { prefix, streams: new Map(), project }
    storages.set(prefix, storage)
    if (!storage.streams.has(entry.name.toLowerCase())) storage.streams.set(entry.name.toLowerCase(), entry)
  }
  return [...storages.values()]
}

async function* extractProject(
  compound: Compound,
  storage: Storage,
  origin: Origin,
  task: Task,
): AsyncGenerator<Extracted> {
  const { codePage, modules } = readModules(compound, storage, task)
  const forms = formNames(storage.project ? compound.read(storage.project).toString('latin1') : '')
  const done = new Set<CompoundEntry>()
  for (const module of modules) {
    await task.breathe()
    const entry = storage.streams.get(module.stream.toLowerCase())
    if (!entry) task.fault(module.stream, 'the stream of the module is missing')
    if (!entry || done.has(entry)) continue
    done.add(entry)
    const facts = {
      name: module.name,
      extension: extensionOf(module, forms),
      offset: module.offset,
      codePage,
      origin,
    }
    yield* extractModule(compound, entry, facts, task)
  }
  for (const entry of storage.streams.values()) {
    if (done.has(entry) || noSource.test(entry.name)) continue
    await task.breathe()
    const facts = {
      name: entry.name,
      extension: null,
      offset: null,
      codePage,
      origin: { unlisted: true, ...origin },
    }
    yield* extractModule(compound, entry, facts, task)
  }
}

/** As the editor of VBA names what it exports. */
function extensionOf({ name, isProcedural }: VbaModule, forms: ReadonlySet<string>): string {
  return isProcedural ? 'bas' : forms.has(name.toLowerCase()) ? 'frm' : 'cls'
}

function readModules(
  compound: Compound,
  { streams, prefix }: Storage,
  task: Task,
): { codePage: number; modules: VbaModule[] } {
  const entry = streams.get('dir')
  const dir = entry ? decompressContainer(compound.read(entry), 0, maxDir) : null
  if (!dir || dir.isDamaged) task.fault(`${prefix}dir`, entry ? 'damaged' : 'missing')
  return readDir(dir?.content ?? Buffer.alloc(0))
}

/** Modules that are forms: `BaseClass=` in the stream `PROJECT` ([MS-OVBA] 2.3.1.7). */
function formNames(project: string): Set<string> {
  const lines = project.split(/\r?\n/).filter(line => line.startsWith('BaseClass='))
  return new Set(lines.map(line => line.slice(10).trim().toLowerCase()))
}

/** What is known of a module before its source is read. */
interface ModuleFacts {
  name: string
  /** Null: as the source says. */
  extension: string | null
  /** Where the source should begin in the stream; null: somewhere. */
  offset: number | null
  codePage: number
  origin: Origin
}

function* extractModule(
  compound: Compound,
  entry: CompoundEntry,
  facts: ModuleFacts,
  task: Task,
): Generator<Extracted> {
  const bytes = compound.read(entry)
  const start = facts.offset ?? -1
  const offset = bytes[start] === 1 ? start : (findContainers(bytes).next().value ?? -1)
  const source = decompressContainer(bytes, offset, task.room)
  if (!source || (source.isDamaged && source.content.length === 0)) {
    if (facts.offset !== null) task.fault(entry.path, 'no source where it should be')
    return
  }
  if (source.isCut) return task.leaveOut(entry.path)
  const extension = facts.extension ?? readAttributes(source.content).extension
  const meta = {
    filename: `${baseName(facts.name) ?? 'module'}.${extension}`,
    kind: 'vba',
    module: facts.name,
    stream: entry.path,
    offset,
    code_page: facts.codePage,
    ...facts.origin,
    ...(source.isDamaged && { damaged: 'cut short' }),
  }
  yield* task.give(meta, toUtf8(source.content, facts.codePage))
}
