import { decodeText } from './code-page.ts'

/** A module of a VBA project. */
export interface VbaModule {
  name: string
  /** Name of its stream. */
  stream: string
  /** Where its source begins in the stream. */
  offset: number
  /** `false`: the module of a document, a class or a form. */
  isProcedural: boolean
}

/** What the stream `dir` tells of a VBA project. */
export interface VbaProject {
  codePage: number
  modules: VbaModule[]
}

/** Kinds of records, [MS-OVBA] 2.3.4.2 */
const id = {
  codePage: 0x0003,
  version: 0x0009,
  moduleName: 0x0019,
  moduleNameUnicode: 0x0047,
  streamName: 0x001a,
  streamNameUnicode: 0x0032,
  offset: 0x0031,
  procedural: 0x0021,
  moduleEnd: 0x002b,
} as const

const westernEuropean = 1252

/** Reads the records of `dir`, unpacked, as far as they go. */
export function readDir(dir: Buffer): VbaProject {
  const project: VbaProject = { codePage: westernEuropean, modules: [] }
  let module: VbaModule | null = null
  for (const [kind, data] of records(dir)) {
    if (kind === id.codePage && data.length >= 2) project.codePage = data.readUInt16LE(0)
    if (kind === id.moduleName) {
      const name = decodeText(data, project.codePage).toWellFormed()
      module = { name, stream: name, offset: 0, isProcedural: false }
      project.modules.push(module)
    } else if (kind === id.moduleEnd) module = null
    else if (module) describeModule(module, kind, data, project.codePage)
  }
  return project
}

/** What one record tells of a module. The names in Unicode come after those in the code page and count more. */
function describeModule(module: VbaModule, kind: number, data: Buffer, codePage: number): void {
  if (kind === id.procedural) module.isProcedural = true
  if (data.length === 0) return
  const wide = data.toString('utf16le').toWellFormed()
  if (kind === id.moduleNameUnicode) module.name = wide
  else if (kind === id.streamName) module.stream = decodeText(data, codePage).toWellFormed()
  else if (kind === id.streamNameUnicode) module.stream = wide
  else if (kind === id.offset && data.length >= 4) module.offset = data.readUInt32LE(0)
}

/** Kind and data of each record. The version is the one record whose size is not that of its data (2.3.4.2.1.11). */
function* records(dir: Buffer): Generator<[kind: number, data: Buffer], void> {
  let at = 0
  while (at + 6 <= dir.length) {
    const kind = dir.readUInt16LE(at)
    const size = kind === id.version ? 6 : dir.readUInt32LE(at + 2)
    if (at + 6 + size > dir.length) return
    yield [kind, dir.subarray(at + 6, at + 6 + size)]
    at += 6 + size
  }
}
