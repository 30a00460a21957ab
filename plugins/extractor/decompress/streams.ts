import { crc32 } from 'node:zlib'
import { type Collector, collect, type Sink } from './collector.ts'
import { isGzip } from './headers.ts'
import { inflate, type StreamEnd } from './inflate.ts'
import { decodeName, streamName } from './names.ts'
import type { Member, Task } from './task.ts'

/** The content of a gzip file (RFC 1952): all its parts as one, as gunzip does. */
export async function* unpackGzip(task: Task): AsyncGenerator<Member> {
  const header = readGzipHeader(task.payload, 0)
  if (!header) return
  task.admit(header.name)
  let damage: GzipDamage = {}
  const content = await collect(task, header.name, null, async into => {
    damage = await readParts(task, into)
  })
  const { end, crc } = damage
  if (end) task.fault(header.name, `gzip stream is ${end}`)
  if (crc) task.fault(header.name, 'CRC error in gzip stream')
  if (end && content.length === 0) return
  const name = streamName('gz', task.filename, header.name)
  const damaged = end ?? (crc && 'CRC')
  yield { path: header.name, name, content, ...(damaged && { damaged }) }
}

/** The content of a Zstandard file (RFC 8878). */
export async function* unpackZstd(task: Task): AsyncGenerator<Member> {
  yield* unpackOne(task, 'zst', 'zstd')
}

/** The content of a zlib stream (RFC 1950). Two bytes are no proof: what is no whole stream is taken for something else. */
export async function* unpackZlib(task: Task): AsyncGenerator<Member> {
  yield* unpackOne(task, 'zlib', 'zlib')
}

async function* unpackOne(task: Task, format: 'zst' | 'zlib', kind: 'zstd' | 'zlib'): AsyncGenerator<Member> {
  task.admit(null)
  let end: StreamEnd = 'whole'
  const content = await collect(task, null, null, async into => {
    end = (await inflate({ kind, input: task.payload }, into, task)).end
  })
  const name = streamName(format, task.filename)
  if (end === 'whole') yield { path: null, name, content }
  else if (format === 'zst') {
    task.fault(null, `zstd stream is ${end}`)
    if (end === 'cut short' && content.length > 0) yield { path: null, name, content, damaged: end }
  }
}

/** What was wrong with the parts of a gzip file. */
interface GzipDamage {
  crc?: boolean
  end?: StreamEnd
}

/** What comes before the damage stands: whole parts, and of one that is cut short what there is; what follows the last part and is no part is no fault (as for gunzip). */
async function readParts(task: Task, into: Collector): Promise<GzipDamage> {
  const { payload } = task
  const damage: GzipDamage = {}
  let header = readGzipHeader(payload, 0)
  while (header) {
    task.check()
    const whole = into.size
    const sum = new CheckedSink(into)
    const part = await inflate({ kind: 'deflate', input: payload.subarray(header.end) }, sum, task)
    const trailer = header.end + part.consumed
    const end = part.end === 'whole' && trailer + 8 > payload.length ? 'cut short' : part.end
    if (end === 'damaged') into.rewind(whole)
    if (end !== 'whole') return { ...damage, end }
    if (readUint32(payload, trailer) !== sum.crc) damage.crc = true
    header = readGzipHeader(payload, trailer + 8)
  }
  return damage
}

/** Keeps the CRC of what passes. */
class CheckedSink implements Sink {
  crc = 0
  readonly #into: Sink

  constructor(into: Sink) {
    this.#into = into
  }

  get room(): number {
    return this.#into.room
  }

  give(bytes: Uint8Array): void {
    this.crc = crc32(bytes, this.crc)
    this.#into.give(bytes)
  }
}

interface GzipHeader {
  /** Offset of the deflate stream. */
  end: number
  /** The name that the file had. */
  name: string | null
}

const flagCrc = 0x02
const flagExtra = 0x04
const flagName = 0x08
const flagComment = 0x10

/** Header of the gzip part at `start` (RFC 1952, 2.3), null when there is none. */
function readGzipHeader(payload: Uint8Array, start: number): GzipHeader | null {
  if (!isGzip(payload, start)) return null
  const flags = payload[start + 3] ?? 0
  let end = start + 10
  if (flags & flagExtra) end += 2 + (payload[end] ?? 0) + (payload[end + 1] ?? 0) * 256
  let name: string | null = null
  if (flags & flagName) {
    const stop = endOfText(payload, end)
    name = decodeName(payload.subarray(end, stop), 'latin1') || null
    end = stop + 1
  }
  if (flags & flagComment) end = endOfText(payload, end) + 1
  if (flags & flagCrc) end += 2
  return { end, name }
}

function endOfText(payload: Uint8Array, start: number): number {
  const stop = payload.indexOf(0, start)
  return stop < 0 ? payload.length : stop
}

function readUint32(payload: Uint8Array, at: number): number {
  return new DataView(payload.buffer, payload.byteOffset, payload.byteLength).getUint32(at, true)
}
