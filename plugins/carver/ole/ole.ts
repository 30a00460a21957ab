import {
  type Extracted,
  type ExtractedResult,
  type Kwargs,
  type Payload,
  type PluginContext,
  StoqCarverPlugin,
  StoqError,
} from 'stoq'
import { type CompoundFile, findRoots, hasHeader, openCompoundFile, type Work } from './compound-file.ts'
import { listStreams, readDirectory, type StreamEntry } from './directory.ts'
import { fileNameOf, kindOf, unpackMsiName } from './names.ts'
import { Starts } from './starts.ts'
import { join, openStreams, type StreamContent } from './streams.ts'

/**
 * Carves every stream of every compound file in a payload, damaged ones as far as they can be read. meta: `offset` of the
 * compound file, `stream` (number in its listing), `name` (path from the root), `filename`, `size`, `kind` where the name
 * tells it, `original_path` of a packed name, `orphan`, `damaged`.
 */
export class OleCarver extends StoqCarverPlugin {
  carve(payload: Payload, _kwargs: Kwargs, context: PluginContext): ExtractedResult {
    const found = carveAll(payload, context)
    const first = found.next()
    return first.done ? null : prepend(first.value, found)
  }
}

/** Streams do not share bytes: a file whose streams are more than this many times the payload is made to be large. */
const mostCopies = 4

/** What is left of one call. */
interface Carving {
  bytes: Buffer
  context: PluginContext
  starts: Starts
  work: Work
  /** Bytes that may still be given. */
  left: number
}

/** File by file; what is wrong with them is thrown at the end. */
function* carveAll(payload: Payload, context: PluginContext): Generator<Extracted, void> {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  const carving: Carving = {
    bytes,
    context,
    starts: new Starts(bytes),
    work: { left: Math.ceil(bytes.length / 64) + 10_000 },
    left: Math.min(context.budget.remainingBytes, mostCopies * bytes.length),
  }
  const faults: string[] = []
  let roots: number[] | undefined
  for (const at of carving.starts) {
    if (context.signal.aborted) break
    roots ??= findRoots(bytes)
    const file = openCompoundFile(bytes, at, carving.work, roots)
    if (file) yield* carveFile(carving, file)
    const reasons = file ? [...file.damage] : hasHeader(bytes, at) ? ['its directory is lost'] : []
    if (reasons.length > 0 && faults.length < 8) faults.push(`at offset ${at}: ${reasons.join('; ')}`)
  }
  if (faults.length > 0)
    throw new StoqError('STOQ_PLUGIN_FAILED', ['carver:ole', `compound file ${faults.join('; ')}`])
}

function* carveFile(carving: Carving, file: CompoundFile): Generator<Extracted, void> {
  const { bytes, starts, context } = carving
  const directory = readDirectory(file)
  const contentOf = openStreams(file, directory)
  let stream = 0
  for (const entry of listStreams(file, directory)) {
    // v1: streams without content count, and are not given.
    const index = stream++
    if (entry.size === 0) continue
    const content = contentOf(entry)
    if (content.damaged !== undefined) file.damage.add('streams are not whole')
    if (content.size === 0) continue
    if (!mayGive(carving, file, content.size)) return
    yield [metaOf(file, index, entry, content), join(bytes, content.ranges)]
    carving.left -= content.size
    for (const range of content.ranges) starts.give(range)
    if (context.signal.aborted) return
  }
}

/** Asked before anything is copied. */
function mayGive({ context: { budget }, left }: Carving, file: CompoundFile, size: number): boolean {
  if (size > budget.remainingBytes)
    return budget.cut('max_bytes', `more than ${budget.limits.max_bytes} bytes produced`)
  if (size <= left) return true
  file.damage.add(`streams share their bytes: no more than ${mostCopies} times the payload is given`)
  return false
}

function metaOf(
  file: CompoundFile,
  stream: number,
  entry: StreamEntry,
  { size, damaged }: StreamContent,
): Record<string, unknown> {
  const original = entry.path.join('/')
  const name = entry.path.map(part => unpackMsiName(part) ?? part).join('/')
  const filename = fileNameOf(name)
  const kind = kindOf(entry.path)
  return {
    offset: file.offset,
    stream,
    name,
    ...(filename !== null && { filename }),
    size,
    ...(kind !== null && { kind }),
    ...(original !== name && { original_path: original }),
    ...(entry.isOrphan && { orphan: true }),
    ...(damaged !== undefined && { damaged }),
  }
}

function* prepend(first: Extracted, rest: Iterable<Extracted>): Generator<Extracted, void> {
  yield first
  yield* rest
}
