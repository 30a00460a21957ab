import { crc32 } from 'node:zlib'
import { collect } from './collector.ts'
import { inflate, type StreamEnd } from './inflate.ts'
import type { Member, Task } from './task.ts'
import { decipher, type ZipCipher } from './zip-crypto.ts'
import {
  asBuffer,
  dataEnd,
  findDirectory,
  localDataStart,
  scanLocalHeaders,
  type ZipEntry,
} from './zip-directory.ts'

/** The members of a zip archive, one after another, and of every archive that stands before it in the same payload. */
export async function* unpackZip(task: Task): AsyncGenerator<Member> {
  const tooLarge: ZipEntry[] = []
  for (const entry of findEntries(task)) {
    // What claims to be larger than what is left waits: a bomb must not hide the members after it.
    if ((entry.size ?? 0) > task.bytesLeft) tooLarge.push(entry)
    else yield* unpackEntry(task, entry)
  }
  for (const entry of tooLarge) yield* unpackEntry(task, entry)
}

/**
 * Entries of all directories, the last one first: archives laid end to end look different to every program, so that each
 * of them counts. Without a directory, or where one ends early, what local headers tell.
 */
function* findEntries(task: Task): Generator<ZipEntry, void> {
  const { payload } = task
  let found = 0
  let limit = payload.length
  // From here on local headers were searched for: a second search, one for each directory, would take for ever.
  let searched = payload.length
  for (let directory = findDirectory(payload); directory; directory = findDirectory(payload, limit)) {
    task.check()
    let count = 0
    let last = 0
    limit = directory.end
    for (const entry of directory.entries) {
      count++
      if (entry.offset >= 0) limit = Math.min(limit, entry.offset)
      last = Math.max(last, dataEnd(payload, entry))
      yield entry
    }
    found += count
    if (directory.told !== manyMembers && count % 0x10000 !== directory.told) {
      task.fault(null, `the directory of the zip tells of ${directory.told} members and holds ${count}`)
      yield* scanLocalHeaders(payload.subarray(0, Math.min(directory.end, searched)), last)
      searched = Math.min(searched, last)
    }
  }
  if (found > 0) return
  for (const entry of scanLocalHeaders(payload)) {
    if (found++ === 0) task.fault(null, 'the zip has no directory: cut short or damaged')
    yield entry
  }
}

/** More members than 16 bits can tell: the 64-bit record has the number. */
const manyMembers = 0xffff

async function* unpackEntry(task: Task, entry: ZipEntry): AsyncGenerator<Member> {
  if (isLeftOut(task, entry)) return
  task.admit(entry.path)
  const data = locateData(task, entry)
  if (!data) return
  // Where neither header nor descriptor tells a size, the descriptor is cut off with the end of what is stored.
  const isCut = data.length < entry.packedSize || (entry.method === 0 && entry.size === null)
  // What proves a password stands at the end.
  if (isCut && (isEncrypted(entry) || data.length === 0)) {
    task.fault(entry.path, cutShort)
    return
  }
  const opened = await openEither(task, entry, data, isCut)
  if (!opened) {
    task.lock(entry.path)
    return
  }
  const { content, problem, password } = opened
  if (problem) task.fault(entry.path, problem)
  if (!content) return
  const damaged = problem !== null && { damaged: problem }
  yield { path: entry.path, content, ...(password !== undefined && { password }), ...damaged }
}

const encryptedFlag = 0x0001
const strongFlag = 0x0040
const typeMask = 0xf000
const linkType = 0xa000
const specialTypes = [0x1000, 0x2000, 0x6000, 0xc000]
/** No system has longer paths: what is longer is content that calls itself a link. */
const maxLink = 4096

function isEncrypted({ flags }: ZipEntry): boolean {
  return (flags & encryptedFlag) !== 0
}

/**
 * As the directory says; where the local header tells of another method, or of no encryption, and that way nothing is wrong, so.
 * Lies in one of them are for readers that look at it alone.
 */
async function openEither(
  task: Task,
  entry: ZipEntry,
  data: Uint8Array,
  isCut: boolean,
): Promise<Opened | null> {
  const local = asLocalHeader(task.payload, entry)
  const isPlain = local !== null && isEncrypted(entry) && !isEncrypted(local)
  const first = isPlain ? null : await openAs(task, entry, data, isCut)
  if (!local || first?.problem === null) return first
  const second = await openAs(task, local, data, isCut)
  if (second?.problem === null) return second
  return isPlain ? openAs(task, entry, data, isCut) : first
}

async function openAs(task: Task, entry: ZipEntry, data: Uint8Array, isCut: boolean): Promise<Opened | null> {
  return isEncrypted(entry) ? openEncrypted(task, entry, data) : open(task, entry, data, isCut)
}

/** The member as its local header has it, where that differs in method or encryption; null where it does not. */
function asLocalHeader(payload: Uint8Array, entry: ZipEntry): ZipEntry | null {
  const bytes = asBuffer(payload)
  if (entry.aes || entry.offset < 0 || entry.offset + 10 > bytes.length) return null
  const flags = bytes.readUInt16LE(entry.offset + 6)
  const method = bytes.readUInt16LE(entry.offset + 8)
  const isSame = method === entry.method && ((flags ^ entry.flags) & 1) === 0
  return isSame || method === 99 ? null : { ...entry, flags, method }
}

/** Directories have no data; one that has is a file under a name that some programs skip. */
function isLeftOut(task: Task, entry: ZipEntry): boolean {
  if (entry.packedSize === 0 && /[/\\]$/.test(entry.path)) return true
  const type = entry.mode & typeMask
  const isLink = type === linkType && entry.packedSize <= maxLink
  if (!isLink && !(specialTypes.includes(type) && entry.packedSize === 0)) return false
  task.leaveOut(entry.path, isLink ? 'a symbolic link' : 'no regular file')
  return true
}

function locateData(task: Task, entry: ZipEntry): Uint8Array | null {
  const start = localDataStart(task.payload, entry)
  if (start < 0) {
    task.fault(entry.path, 'its local header is not where the directory says')
    return null
  }
  return task.payload.subarray(start, start + entry.packedSize)
}

const cutShort = 'cut short'

/** Content where it is complete or cut short, and what is wrong with it or why there is none. */
interface Opened {
  content: Uint8Array | null
  problem: string | null
  password?: string
}

async function open(task: Task, entry: ZipEntry, data: Uint8Array, isCut = false): Promise<Opened> {
  const opened = entry.method === 0 ? { content: data, problem: null } : await unpackData(task, entry, data)
  const { content, problem } = opened
  if (!content) return opened
  if (content.length > task.bytesLeft) task.cutBytes(entry.path)
  if (problem !== null || isCut) return { content, problem: problem ?? cutShort }
  // AE-2 keeps no CRC: its authentication code says more.
  const isChecked = entry.crc !== null && !(entry.aes && entry.aes.version === 2)
  return isChecked && crc32(content) !== entry.crc ? { content, problem: 'CRC error' } : opened
}

/** Methods that Node has; 7-Zip knows the others. */
const streamMethods = new Map([
  [8, 'deflate'],
  [93, 'zstd'],
] as const)

async function unpackData(task: Task, entry: ZipEntry, data: Uint8Array): Promise<Opened> {
  const kind = streamMethods.get(entry.method as 8)
  if (!kind) return (await import('./sevenzip.ts')).unpackZipData(task, entry, data)
  let end: StreamEnd = 'whole'
  const content = await collect(task, entry.path, entry.size, async into => {
    end = (await inflate({ kind, input: data, expected: entry.size }, into, task)).end
  })
  if (end === 'whole') return { content, problem: null }
  if (end === 'damaged') return { content: null, problem: 'data is damaged' }
  return { content: content.length > 0 ? content : null, problem: cutShort }
}

/** null: no password fits. */
async function openEncrypted(task: Task, entry: ZipEntry, data: Uint8Array): Promise<Opened | null> {
  const cipher = cipherOf(entry)
  if (!cipher) return { content: null, problem: 'this kind of encryption is not supported' }
  for (const password of task.tries()) {
    task.check()
    const plain = decipher(cipher, data, password)
    if (!plain) continue
    const opened = await open(task, entry, plain)
    // AES proves the password; traditional encryption lets one of 256 wrong ones pass, and the CRC finds those.
    if (cipher.kind === 'zipcrypto' && opened.problem !== null) continue
    task.prefer(password)
    return { ...opened, password }
  }
  return null
}

function cipherOf(entry: ZipEntry): ZipCipher | null {
  if (entry.flags & strongFlag) return null
  if (entry.aes) {
    const { strength } = entry.aes
    return strength >= 1 && strength <= 3 ? { kind: 'aes', strength } : null
  }
  if (entry.method === 99) return null
  const checks = [entry.time >>> 8, ...(entry.crc === null ? [] : [entry.crc >>> 24])]
  return { kind: 'zipcrypto', checks }
}
