import { decodeName } from './names.ts'
import type { Member, Task } from './task.ts'

const magicSize = 8
const headerSize = 60
/** PATH_MAX of Linux: of a longer name this many bytes are told. */
const longestName = 4096

/** Tables that linkers keep in a library: nothing that was put in. */
const tables = new Set(['/', '/SYM64/', '__.SYMDEF', '__.SYMDEF SORTED', '__.SYMDEF_64'])

/** The members of a Unix archive: libraries and Debian packages (ar(5), GNU and BSD names). Content is a view of the payload. */
export function* unpackAr(task: Task): Generator<Member> {
  const { payload } = task
  let longNames: Uint8Array = new Uint8Array()
  // One byte may be left that makes the last size even.
  for (let at = magicSize; at + 1 < payload.length; ) {
    const header = payload.subarray(at, at + headerSize)
    const size = readSize(header)
    if (size === null) {
      task.fault(null, `damaged header at ${at}`)
      return
    }
    const name = readText(header, 0, 16)
    const start = at + headerSize
    const data = payload.subarray(start, start + size)
    at = start + size + (size % 2)
    if (name === '//') longNames = data
    else if (!tables.has(name)) yield* readMember(task, readName(name, data, longNames), { data, size })
  }
}

function* readMember(
  task: Task,
  told: MemberName,
  given: { data: Uint8Array; size: number },
): Generator<Member> {
  if (tables.has(told.path)) return
  task.admit(told.path)
  const isCut = given.data.length < given.size
  if (isCut) task.fault(told.path, 'cut short')
  const content = given.data.subarray(told.length)
  if (content.length > task.bytesLeft) task.cutBytes(told.path)
  if (!isCut) yield { path: told.path, content }
  else if (content.length > 0) yield { path: told.path, content, damaged: 'cut short' }
}

interface MemberName {
  path: string
  /** Bytes of the data that hold it. */
  length: number
}

/** `name/`, GNU's `/offset` into the list of long names, or BSD's `#1/length` before the data. */
function readName(name: string, data: Uint8Array, longNames: Uint8Array): MemberName {
  const gnu = /^\/(\d+)$/.exec(name)
  if (gnu) {
    const start = Number(gnu[1])
    const rest = longNames.subarray(start, start + longestName)
    const end = rest.indexOf(0x0a)
    const path = readText(rest, 0, end < 0 ? rest.length : end)
    return { path: path.replace(/\/$/, ''), length: 0 }
  }
  const bsd = /^#1\/(\d+)$/.exec(name)
  if (bsd) {
    const length = Math.min(Number(bsd[1]), data.length)
    return { path: readText(data, 0, length), length }
  }
  return { path: name.replace(/\/$/, ''), length: 0 }
}

/** Null where the header does not end as each one does. */
function readSize(header: Uint8Array): number | null {
  const digits = readText(header, 48, 10)
  return header[58] === 0x60 && header[59] === 0x0a && /^\d+$/.test(digits) ? Number(digits) : null
}

/** Without the NULs and spaces that fill the field. */
function readText(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + Math.min(length, longestName))
  let end = field.length
  while (end > 0 && (field[end - 1] === 0 || field[end - 1] === 0x20)) end--
  return decodeName(field.subarray(0, end), 'latin1')
}
