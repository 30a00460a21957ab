import { type Extracted, errorText } from 'stoq'
import { agileLock, type Decrypter } from './agile.ts'
import { biffRecords, recordId } from './biff.ts'
import type { Compound, CompoundEntry } from './compound.ts'
import { rc4Lock, type StreamDecrypter } from './legacy.ts'
import type { Guesser, Lock } from './passwords.ts'
import { standardLock } from './standard.ts'
import type { Task } from './task.ts'
import { unmix, type XorBytes, xorLock } from './xor-obfuscation.ts'

/** What is decrypted, and with what. */
export interface Encrypted {
  payload: Buffer
  compound: Compound
  /** Name of the child. */
  filename: string
  guesser: Guesser
  task: Task
}

/** The stream of that path, in whatever letters. */
export function findStream({ entries }: Compound, path: string): CompoundEntry | undefined {
  return entries.find(entry => entry.isStream && entry.path.toLowerCase() === path.toLowerCase())
}

/** The package in an encrypted .docx, .xlsx or .pptx; nothing where the compound file holds none. */
export async function* decryptPackage(given: Encrypted): AsyncGenerator<Extracted> {
  const { compound, task } = given
  const info = findStream(compound, 'EncryptionInfo')
  const stream = findStream(compound, 'EncryptedPackage')
  if (!info || !stream) return
  const lock = packageLock(compound.read(info))
  const opened = await openLock(lock, given)
  if (!opened) return
  const data = compound.read(stream)
  if (data.length < 8) return task.fault(stream.path, 'damaged')
  const size = Number(data.readBigUInt64LE(0))
  if (Math.min(size, data.length) > task.room) return task.leaveOut(given.filename)
  const content = opened.key(data.subarray(8))
  if (content.length < size) task.fault(stream.path, 'the end is missing')
  yield* task.give(opened.meta, content.subarray(0, size))
}

function packageLock(info: Buffer): Lock<Decrypter> | string {
  if (info.length < 8) return 'the description of the encryption is damaged'
  const [major, minor] = [info.readUInt16LE(0), info.readUInt16LE(2)]
  if (major === 4 && minor === 4) return agileLock(info.subarray(8))
  return minor === 2 && major >= 2 && major <= 4
    ? standardLock(info.subarray(4))
    : `encryption of version ${major}.${minor} is not supported`
}

async function openLock<Key>(lock: Lock<Key> | string, { guesser, task, filename }: Encrypted) {
  if (typeof lock === 'string') {
    task.fault(null, lock)
    return null
  }
  try {
    const opened = await guesser.open(lock)
    return (
      opened && {
        ...opened,
        meta: { filename, kind: 'decrypted', password: opened.password, encryption: lock.kind },
      }
    )
  } catch (error) {
    // Keys and vectors of sizes that do not fit.
    if (!(error instanceof Error && 'code' in error)) throw error
    task.fault(null, `the description of the encryption is damaged: ${errorText(error)}`)
    return null
  }
}

/** Decrypts an .xls whose records are encrypted: the same file, in the clear. */
export async function* decryptWorkbook(given: Encrypted, entry: CompoundEntry): AsyncGenerator<Extracted> {
  const stream = given.compound.read(entry)
  const opened = await openLock(workbookLock(stream), given)
  if (!opened) return
  const clear = decryptRecords(stream, opened.key)
  yield* rewritten(given, opened.meta, [[entry, clear]])
}

/** What the record FILEPASS tells ([MS-XLS] 2.4.117). */
function workbookLock(stream: Buffer): Lock<StreamDecrypter | XorBytes> | string {
  for (const { id, data } of biffRecords(stream)) {
    if (id !== recordId.filePass || data.length < 6) continue
    return data.readUInt16LE(0) === 0 ? xorLock(data.readUInt16LE(4)) : rc4Lock(data.subarray(2))
  }
  return 'the description of the encryption is damaged'
}

const workbookBlock = 1024

/** Records that are never encrypted, and bytes at the beginning of one ([MS-XLS] 2.2.10). */
const inTheClear: number[] = [recordId.bof, recordId.filePass, 0x00e1, 0x0138, 0x0194, 0x0195, 0x0196]
const clearStart = (id: number) => (id === recordId.boundSheet ? 4 : 0)

function decryptRecords(stream: Buffer, key: StreamDecrypter | XorBytes): Buffer {
  const whole = typeof key === 'function' ? key(stream, workbookBlock) : null
  const clear = Buffer.from(stream)
  for (const { id, offset, data } of biffRecords(stream)) {
    const end = offset + 4 + data.length
    // What said that the file is encrypted becomes a record without meaning.
    if (id === recordId.filePass) clear.fill(0, offset, offset + 2).fill(0, offset + 4, end)
    if (inTheClear.includes(id)) continue
    for (let at = offset + 4 + clearStart(id); at < end; at++) {
      clear[at] =
        typeof key === 'function' ? (whole?.[at] ?? 0) : unmix(stream[at] ?? 0, key, at, data.length)
    }
  }
  return clear
}

const documentBlock = 512
/** Of the stream `WordDocument` the first 68 bytes are never encrypted ([MS-DOC] 2.2.6.2). */
const clearHead = 68
const encryptedFlag = 0x0100
const obfuscatedFlag = 0x8000
const secondTableFlag = 0x0200

/** Decrypts a .doc that says it is encrypted: the same file, in the clear. */
export async function* decryptDocument(given: Encrypted, entry: CompoundEntry): AsyncGenerator<Extracted> {
  const { compound, task } = given
  const document = compound.read(entry)
  const flags = document.length >= clearHead ? document.readUInt16LE(10) : 0
  if ((flags & encryptedFlag) === 0) return
  if (flags & obfuscatedFlag) return task.fault(entry.path, 'XOR obfuscation of .doc is not supported')
  const table = findStream(compound, flags & secondTableFlag ? '1Table' : '0Table')
  if (!table) return task.fault(entry.path, 'the stream that describes the encryption is missing')
  const tableBytes = compound.read(table)
  const headerSize = document.readUInt32LE(14)
  const opened = await openLock(rc4Lock(tableBytes.subarray(0, headerSize)), given)
  if (!opened) return
  const decrypted = (bytes: Buffer, head: number) =>
    Buffer.concat([bytes.subarray(0, head), opened.key(bytes, documentBlock).subarray(head)])
  const clear = decrypted(document, clearHead)
  clear.writeUInt16LE(flags & ~encryptedFlag, 10)
  clear.writeUInt32LE(0, 14)
  const data = findStream(compound, 'Data')
  yield* rewritten(given, opened.meta, [
    [entry, clear],
    [table, decrypted(tableBytes, Math.min(headerSize, tableBytes.length))],
    ...(data ? [[data, decrypted(compound.read(data), 0)] as const] : []),
  ])
}

/** The payload with other bytes in some streams, in the places where they are. */
function* rewritten(
  { payload, compound, filename, task }: Encrypted,
  meta: Record<string, unknown>,
  streams: readonly (readonly [entry: CompoundEntry, bytes: Buffer])[],
): Generator<Extracted> {
  if (payload.length > task.room) return task.leaveOut(filename)
  const content = Buffer.from(payload)
  for (const [entry, bytes] of streams) {
    let from = 0
    for (const [offset, length] of compound.segments(entry)) {
      bytes.copy(content, offset, from, from + length)
      from += length
    }
  }
  yield* task.give(meta, content)
}
