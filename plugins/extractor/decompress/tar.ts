import { blockSize, isTarHeader, readNumber } from './headers.ts'
import { decodeName, decodeUtf8 } from './names.ts'
import type { Member, Task } from './task.ts'

/** The files of a tar archive (POSIX ustar and pax, GNU). Content is a view of the payload: nothing is copied. */
export function* unpackTar(task: Task): Generator<Member> {
  const seen = new Map<string, Uint8Array>()
  for (const { path, type, link, data, damaged } of readMembers(task)) {
    const what = leftOut[type]
    if (type === directory || (data.length === 0 && path.endsWith('/'))) continue
    if (what !== undefined) {
      task.leaveOut(path, what)
      continue
    }
    task.admit(path)
    const content = type === hardLink ? seen.get(inside(link)) : data
    if (!content) {
      task.fault(path, 'hard link to what is no file of the archive before it')
      continue
    }
    if (content.length > task.bytesLeft) task.cutBytes(path)
    seen.set(inside(path), content)
    yield { path, content, ...(damaged !== null && { damaged }) }
  }
}

const hardLink = '1'
const directory = '5'

/** Types that hold no content; every type that is not known is a file (POSIX, pax). */
const leftOut: Record<string, string | undefined> = {
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '6': 'a pipe',
  D: 'a list of a directory',
  V: 'a volume label',
}

/** Types whose size says nothing of data that follows. */
const withoutData = /[1-6]/

function inside(path: string): string {
  let start = 0
  while (path[start] === '/' || path.startsWith('./', start)) start += path[start] === '/' ? 1 : 2
  return path.slice(start)
}

interface TarMember {
  path: string
  type: string
  link: string
  data: Uint8Array
  /** What is wrong with it. */
  damaged: string | null
}

/** Member after member; after a damaged header and after the end of an archive the next header counts. */
function* readMembers(task: Task): Generator<TarMember> {
  const { payload } = task
  let extension: Extension = {}
  let isLost = false
  for (let at = 0; at + blockSize <= payload.length; ) {
    const block = payload.subarray(at, at + blockSize)
    at += blockSize
    if (!isTarHeader(block)) {
      // Zeros end an archive; more may follow, or anything at all.
      if (!isLost && block.some(byte => byte !== 0))
        task.fault(null, `damaged tar header at ${at - blockSize}`)
      isLost = true
      task.check()
      continue
    }
    isLost = false
    const header = readHeader(block, extension)
    const data = payload.subarray(at, at + header.size)
    const isCut = data.length < header.size
    if (isCut) task.fault(header.path, 'cut short')
    if (isCut && data.length === 0) return
    at += Math.ceil(header.size / blockSize) * blockSize
    const extended = readExtension(header.type, data, extension)
    extension = extended ?? {}
    if (!extended) yield { ...header, data, damaged: damageOf(header, isCut) }
  }
}

function damageOf({ isSparse }: TarHeader, isCut: boolean): string | null {
  if (isCut) return 'cut short'
  return isSparse ? 'sparse file without its holes' : null
}

interface TarHeader {
  path: string
  type: string
  link: string
  size: number
  isSparse: boolean
}

function readHeader(block: Uint8Array, extension: Extension): TarHeader {
  const type = String.fromCharCode(block[156] ?? 0)
  // GNU keeps other things where ustar has the first part of long names.
  const isUstar = Buffer.from(block.subarray(257, 263)).toString('latin1') === 'ustar\0'
  const prefix = isUstar ? readText(block, 345, 155) : ''
  const name = readText(block, 0, 100)
  const size = extension.size ?? readNumber(block.subarray(124, 136)) ?? Number.POSITIVE_INFINITY
  return {
    path: extension.path ?? (prefix ? `${prefix}/${name}` : name),
    type,
    link: extension.link ?? readText(block, 157, 100),
    size: withoutData.test(type) ? 0 : size,
    isSparse: type === 'S' || extension.isSparse === true,
  }
}

function readText(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length)
  const end = field.indexOf(0)
  return decodeName(end < 0 ? field : field.subarray(0, end), 'latin1')
}

/** What an extra header says of the next one. */
interface Extension {
  path?: string
  link?: string
  size?: number
  isSparse?: boolean
}

/** The extension with what this header adds; null when it is the header of a member. */
function readExtension(type: string, data: Uint8Array, known: Extension): Extension | null {
  switch (type) {
    case 'L':
      return { ...known, path: readText(data, 0, data.length) }
    case 'K':
      return { ...known, link: readText(data, 0, data.length) }
    case 'x':
    case 'X':
      return { ...known, ...readPax(data) }
    case 'g':
      return known
    default:
      return null
  }
}

/** A length has no more digits, and a blank after them. */
const maxLengthField = 16

/** Records of the form `<length> <key>=<value>\n` (POSIX, pax). */
function readPax(data: Uint8Array): Extension {
  const extension: Extension = {}
  for (let at = 0; at < data.length; ) {
    const head = Buffer.from(data.subarray(at, at + maxLengthField)).toString('latin1')
    const digits = /^\d+(?= )/.exec(head)?.[0] ?? ''
    const length = Number(digits)
    if (length <= digits.length) break
    const record = decodeUtf8(data.subarray(at + digits.length + 1, at + length - 1))
    const equals = record.indexOf('=')
    const key = record.slice(0, equals)
    const value = record.slice(equals + 1)
    if (key === 'path' || key === 'GNU.sparse.name') extension.path = value
    else if (key === 'linkpath') extension.link = value
    else if (key === 'size' && /^\d{1,15}$/.test(value)) extension.size = Number(value)
    if (key.startsWith('GNU.sparse.')) extension.isSparse = true
    at += length
  }
  return extension
}
