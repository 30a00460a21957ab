import { crc32 } from 'node:zlib'
import { type Collector, collect } from './collector.ts'
import { streamName } from './names.ts'
import { unpackLzma } from './sevenzip.ts'
import type { Member, Task } from './task.ts'

/** Sizes of lzip's header and trailer (lzip manual, "File format"). */
const headerSize = 6
const trailerSize = 20

/** The content of an lzip file: all its members as one. Each is LZMA behind another header, which 7-Zip gets its own for. */
export async function* unpackLzip(task: Task): AsyncGenerator<Member> {
  task.admit(null)
  let problem: string | null = null
  const content = await collect(task, null, null, async into => {
    problem = await readMembers(task, into)
  })
  if (problem !== null) task.fault(null, `lzip stream: ${problem}`)
  if (problem !== null && content.length === 0) return
  const name = streamName('lz', task.filename)
  yield { path: null, name, content, ...(problem !== null && { damaged: problem }) }
}

/** What comes before the damage stands: whole members, and of one that is cut short what there is. */
async function readMembers(task: Task, into: Collector): Promise<string | null> {
  for (const member of splitMembers(task.payload)) {
    const { content, problem } = await unpackLzma(task, withLzmaHeader(member))
    if (content) into.give(content)
    if (!content || problem !== null) return problem ?? 'damaged'
    const trailer = Buffer.from(member.subarray(member.length - trailerSize))
    if (trailer.readUInt32LE(0) !== crc32(content)) return 'CRC error'
  }
  return null
}

/** Members by their sizes, which stand at their ends; all of it as one where these are wrong. */
function splitMembers(payload: Uint8Array): Uint8Array[] {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  const members: Uint8Array[] = []
  for (let end = bytes.length; end > 0; ) {
    const size = end < headerSize + trailerSize ? 0n : bytes.readBigUInt64LE(end - 8)
    const start = end - Number(size)
    const isMember = start >= 0 && start < end && bytes.toString('latin1', start, start + 4) === 'LZIP'
    if (!isMember || members.length >= maxMembers) return [payload]
    members.unshift(bytes.subarray(start, end))
    end = start
  }
  return members
}

/** Each takes a run of 7-Zip. */
const maxMembers = 1000

/**
 * Header of LZMA alone: properties lc 3, lp 0, pb 2, the dictionary, no size, as the stream has an end mark. lzip takes up to
 * seven sixteenths off the size of the dictionary; 7-Zip wants a power of two, and a larger one does no harm.
 */
function withLzmaHeader(member: Uint8Array): Uint8Array {
  const header = Buffer.alloc(13, 0xff)
  header[0] = 0x5d
  header.writeUInt32LE(2 ** ((member[5] ?? 0) & 0x1f), 1)
  return Buffer.concat([header, member.subarray(headerSize, -trailerSize)])
}
