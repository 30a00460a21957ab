import { type SevenZipFormat, sevenZipTypes, weakFormats } from './formats.ts'
import { baseName, streamName } from './names.ts'
import { Extraction, type ExtractionInput } from './sevenzip-extraction.ts'
import { type Listed, ListingReader } from './sevenzip-listing.ts'
import { loadSevenZip, runSevenZip, type SevenZipEnd, type SevenZipHost } from './sevenzip-runtime.ts'
import { inputPath } from './sevenzip-system.ts'
import { ComplaintReader, wrongPassword } from './sevenzip-text.ts'
import { systemFiles } from './system-files.ts'
import type { Member, Task } from './task.ts'
import type { WasmModule } from './webassembly.ts'
import type { ZipEntry } from './zip-directory.ts'

/** Members of an archive that 7-Zip reads, or the content of a compressed stream. */
export async function* unpackSevenZip(task: Task, format: SevenZipFormat): AsyncGenerator<Member> {
  const program = await loadSevenZip()
  const type = sevenZipTypes[format]
  const isStream = streamFormats.has(format)
  const listing = isStream ? unlisted : list(program, task, type)
  if (!listing) return
  for (const { path, type: kind } of listing.members) if (kind === 'l') task.leaveOut(path, 'a symbolic link')
  const passwords = listing.isEncrypted ? passwordsOf(task) : [listing.password]
  const name = isStream ? streamName(format, task.filename) : null
  const label = isStream ? (name ?? 'the content') : null
  const extraction = new Extraction({
    task,
    type,
    input: task.payload,
    listed: listing.members,
    system: systemFiles(type, listing.members),
    label,
  })
  let count = 0
  try {
    for await (const member of extraction.run(program, passwords)) {
      count++
      yield isStream ? { ...member, path: null, name } : named(member, task.filename)
    }
  } finally {
    if (count > 0 || !weakFormats.has(format)) report(task, extraction)
  }
}

const streamFormats: ReadonlySet<SevenZipFormat> = new Set(['bz2', 'lzma', 'mslz', 'swf', 'xz', 'z'])

/** A disk without a volume that 7-Zip knows comes out whole, under a name made of that of the payload. */
function named(member: Member, filename: string | null): Member {
  if (!member.path?.startsWith(ownName)) return member
  const stem = (filename === null ? null : baseName(filename))?.replace(/\.[A-Za-z0-9]{1,8}$/, '')
  return { ...member, path: null, name: `${stem ?? 'disk'}${member.path.slice(ownName.length)}` }
}

const ownName = `${inputPath.slice(1)}~`

function report(task: Task, extraction: Extraction): void {
  for (const { path, reason } of extraction.problems) task.fault(path, reason)
  for (const { path } of extraction.locked.values()) task.lock(path)
  for (const path of extraction.shut) task.lock(path)
}

/** Content of what 7-Zip was given one member of, and what is wrong with it or why there is none. */
export interface OnlyContent {
  content: Uint8Array | null
  problem: string | null
}

/** Content of a zip member with a method that only 7-Zip knows: it gets a zip of that one member. */
export function unpackZipData(task: Task, entry: ZipEntry, data: Uint8Array): Promise<OnlyContent> {
  const listed = [{ path: memberName, size: entry.size, isEncrypted: false, type: '-' }]
  // The caller compares the CRC, where there is one.
  return unpackOnly({ task, type: 'zip', input: zipOfOne(entry, data), listed, label: entry.path })
}

/** Content of LZMA alone. */
export function unpackLzma(task: Task, input: Uint8Array): Promise<OnlyContent> {
  return unpackOnly({ task, type: 'lzma', input, listed: [], label: 'the content' })
}

async function unpackOnly(options: ExtractionInput): Promise<OnlyContent> {
  const extraction = new Extraction(options)
  let content: Uint8Array | null = null
  for await (const member of extraction.run(await loadSevenZip(), [noPassword])) content = member.content
  const [problem] = extraction.problems
  return { content, problem: problem?.reason ?? (content ? null : 'could not be unpacked') }
}

/** Given where no password is needed: without one 7-Zip would ask. */
const noPassword = '-'

function* passwordsOf(task: Task): Generator<string> {
  let count = 0
  for (const password of task.tries()) {
    count++
    yield password
  }
  if (count === 0) yield noPassword
}

interface Listing {
  members: Listed[]
  /** True when a member is encrypted and the password is not known yet. */
  isEncrypted: boolean
  /** The password that the listing was made with. */
  password: string
}

const unlisted: Listing = { members: [], isEncrypted: false, password: noPassword }

/** The members by name; null, and told, when no password opens the list of names. */
function list(program: WasmModule, task: Task, type: string | null): Listing | null {
  let isClosed = false
  for (const password of passwordsOf(task)) {
    const host = new ListingHost(task)
    const end = runListing(program, host, password, type)
    // 7-Zip gives up on the noise that a wrong password makes of an encrypted list.
    const isNoise = end !== null && 'failure' in end && hasEncryptedList(task.payload)
    if (!host.isClosed && !isNoise) {
      const members = host.listing.end()
      // What is not remembered may be encrypted: a password that nothing needs does no harm.
      const isEncrypted = host.listing.isFull || members.some(member => member.isEncrypted)
      return { members, password, isEncrypted: !isClosed && isEncrypted }
    }
    isClosed = true
  }
  task.lock(null)
  return null
}

function runListing(
  program: WasmModule,
  host: ListingHost,
  password: string,
  type: string | null,
): SevenZipEnd | null {
  const format = type === null ? [] : [`-t${type}`]
  const words = ['l', '-slt', '-ba', '-sccUTF-8', '-spd', '-sns', `-p${password}`, ...format, inputPath]
  try {
    return runSevenZip(program, words, host)
  } catch (error) {
    if (error instanceof ListingFull) return null
    throw error
  }
}

const signature7z = Buffer.from('377abcaf271c', 'hex')
const startHeaderSize = 32
const aesCoder = Buffer.from('06f10701', 'hex')
/** Of the packed list: it tells how it is packed, and is short. */
const maxEncodedHeader = 1024

/** True when the list of names of a 7z archive is packed with AES (7zFormat.txt: SignatureHeader, EncodedHeader). */
function hasEncryptedList(payload: Uint8Array): boolean {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  if (bytes.length < startHeaderSize || !bytes.subarray(0, 6).equals(signature7z)) return false
  const start = startHeaderSize + Number(bytes.readBigUInt64LE(12))
  const size = Math.min(maxEncodedHeader, Number(bytes.readBigUInt64LE(20)))
  return bytes.subarray(start, start + size).includes(aesCoder)
}

class ListingFull extends Error {}

/** Reads 7-Zip's listing; nothing is made. */
class ListingHost implements SevenZipHost {
  readonly input: Uint8Array
  /** True when the password does not open the list of names. */
  isClosed = false
  readonly listing = new ListingReader()
  readonly #task: Task
  readonly #complaints = new ComplaintReader()

  constructor(task: Task) {
    this.#task = task
    this.input = task.payload
  }

  check(): void {
    this.#task.check()
  }

  create(): null {
    return null
  }

  print(channel: 'out' | 'error', bytes: Uint8Array): void {
    if (channel === 'out') {
      this.listing.read(bytes)
      if (this.listing.isFull) throw new ListingFull()
      return
    }
    const complaints = this.#complaints.read(bytes)
    this.isClosed ||= complaints.some(({ of, reason }) => of === 'archive' && reason === wrongPassword)
  }
}

const memberName = 'member'

/** A zip archive of one member (APPNOTE 4.3.7, 4.3.12, 4.3.16) with the data as it is. */
function zipOfOne(entry: ZipEntry, data: Uint8Array): Uint8Array {
  const name = Buffer.from(memberName)
  const facts = Buffer.alloc(22)
  facts.writeUInt16LE(63, 0)
  // Bits 1 and 2 belong to the method; the others told of what is gone now: encryption, descriptors, names.
  facts.writeUInt16LE(entry.flags & 6, 2)
  facts.writeUInt16LE(entry.method, 4)
  facts.writeUInt32LE(entry.crc ?? 0, 10)
  facts.writeUInt32LE(data.length, 14)
  facts.writeUInt32LE(Math.min(entry.size ?? 0, 0xffffffff), 18)
  const lengths = Buffer.from([name.length, 0, 0, 0])
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), facts, lengths, name])
  const directory = Buffer.concat([
    Buffer.from('PK\x01\x02'),
    Buffer.from([63, 0]),
    facts,
    lengths,
    Buffer.alloc(14),
    name,
  ])
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(local.length + data.length, 16)
  return Buffer.concat([local, data, directory, end])
}
