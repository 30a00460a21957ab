import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { errorText, StoqError } from '../errors.ts'

/** Bytes that a package may unfold to, and files that it may hold. */
export const packageLimits = { bytes: 512 * 2 ** 20, files: 20_000 } as const

const block = 512

/** A file or folder of an archive. */
interface Entry {
  path: string
  type: string
  content: Buffer
  isExecutable: boolean
}

/**
 * Unpacks a tar, compressed with gzip or not, into a folder. Throws STOQ_INSTALL_UNSAFE on links, devices, paths that
 * leave the folder and archives that unfold too far; `name` is what messages call it.
 */
export function unpackTar(archive: Buffer, folder: string, name: string): void {
  const tar = archive[0] === 0x1f && archive[1] === 0x8b ? gunzip(archive, name) : archive
  let files = 0
  for (const { path, type, content, isExecutable } of readEntries(tar, name)) {
    if (++files > packageLimits.files) throw unsafe(name, `more than ${packageLimits.files} files`)
    const parts = safeParts(path, name)
    if (parts.length === 0) continue
    const target = join(folder, ...parts)
    if (type === '5') mkdirSync(target, { recursive: true })
    else {
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, content, { mode: isExecutable ? 0o755 : 0o644 })
    }
  }
}

function gunzip(archive: Buffer, name: string): Buffer {
  try {
    return gunzipSync(archive, { maxOutputLength: packageLimits.bytes })
  } catch (error) {
    const isLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    if (isLarge) throw unsafe(name, `it unfolds to more than ${packageLimits.bytes} bytes`)
    throw new StoqError('STOQ_INSTALL_PACKAGE', [name, errorText(error)], { cause: error })
  }
}

/** The parts of a path that stays inside. Throws STOQ_INSTALL_UNSAFE for others. */
function safeParts(path: string, name: string): string[] {
  const parts = path.split('/').filter(part => part !== '' && part !== '.')
  const leaves = path.startsWith('/') || parts.includes('..') || /[\0\\]|^[A-Za-z]:/.test(path)
  if (leaves) throw unsafe(name, `the path '${path}' leaves it`)
  return parts
}

/** What the entries that come before another say of it: pax (POSIX.1-2001) and GNU tar. */
interface Said {
  path?: string
  size?: number
}

function* readEntries(tar: Buffer, name: string): Generator<Entry> {
  let said: Said = {}
  for (let at = 0; at + block <= tar.length; ) {
    const header = tar.subarray(at, at + block)
    if (header.every(byte => byte === 0)) return
    if (!isChecked(header)) throw new StoqError('STOQ_INSTALL_PACKAGE', [name, 'it is no tar, or damaged'])
    const type = String.fromCharCode(header[156] || 0x30)
    const isMeta = 'xgLK'.includes(type)
    const content = contentAt(tar, at, isMeta ? undefined : said.size, name)
    at += block + Math.ceil(content.length / block) * block
    if (isMeta) {
      said = { ...said, ...readMeta(type, content) }
      continue
    }
    const path = said.path ?? pathOf(header)
    if (!'057'.includes(type)) throw unsafe(name, `'${path}' is a link or a device`)
    yield { path, type, content, isExecutable: (numberAt(header, 100, 8) & 0o100) !== 0 }
    said = {}
  }
}

function contentAt(tar: Buffer, header: number, said: number | undefined, name: string): Buffer {
  const size = said ?? numberAt(tar.subarray(header, header + block), 124, 12)
  const start = header + block
  const isThere = Number.isSafeInteger(size) && size >= 0 && start + size <= tar.length
  if (!isThere) throw new StoqError('STOQ_INSTALL_PACKAGE', [name, 'the archive is cut short'])
  return tar.subarray(start, start + size)
}

/** The sum of all bytes, those of the sum itself taken as blanks. */
function isChecked(header: Buffer): boolean {
  let sum = 0
  for (const [index, byte] of header.entries()) sum += index >= 148 && index < 156 ? 0x20 : byte
  return sum === numberAt(header, 148, 8)
}

/** Octal digits, or, with the first bit set, a number of bytes (GNU). */
function numberAt(header: Buffer, start: number, length: number): number {
  const first = header[start] ?? 0
  if (first & 0x80) return header.readUIntBE(start + length - 6, 6)
  const text = textAt(header, start, length).trim()
  return text === '' ? 0 : Number.parseInt(text, 8)
}

function textAt(header: Buffer, start: number, length: number): string {
  const field = header.subarray(start, start + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? length : end)
}

/** In ustar, the beginning of a long path stands in a field of its own. */
function pathOf(header: Buffer): string {
  const isUstar = header.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = isUstar ? textAt(header, 345, 155) : ''
  return prefix ? `${prefix}/${textAt(header, 0, 100)}` : textAt(header, 0, 100)
}

function readMeta(type: string, content: Buffer): Said {
  if (type === 'L') return { path: textAt(content, 0, content.length) }
  const said: Said = {}
  if (type !== 'x') return said
  // Records: `<length> <key>=<value>\n`.
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at)
    const length = Number(content.toString('latin1', at, Math.min(space, at + 20)))
    if (space < 0 || !Number.isSafeInteger(length) || length <= space - at) return said
    const [, key = '', value = ''] =
      /^([^=]+)=([\s\S]*)\n$/.exec(content.toString('utf8', space + 1, at + length)) ?? []
    if (key === 'path') said.path = value
    if (key === 'size') said.size = Number(value)
    at += length
  }
  return said
}

function unsafe(name: string, reason: string): StoqError {
  return new StoqError('STOQ_INSTALL_UNSAFE', [name, reason])
}
