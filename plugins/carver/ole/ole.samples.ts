import type { SampleSources } from 'stoq/testing'
import { makeCompoundFile } from './compound-file.fixture.ts'

/** Writes `values` into a copy. */
export function patched(
  bytes: Uint8Array,
  ...changes: [at: number, values: Uint8Array | readonly number[]][]
): Buffer {
  const copy = Buffer.from(bytes)
  for (const [at, values] of changes) copy.set(values, at)
  return copy
}

/** Lines that differ, so that a sector out of order is seen. */
export function text(name: string, length: number): string {
  let lines = ''
  for (let line = 1; lines.length < length; line++) lines += `${name}, line ${line}\n`
  return lines.slice(0, length)
}

/** A package as [MS-OLEDS] 2.3.6 frames it and the object packager fills it. */
function makePackage(label: string, content: string): Buffer {
  const path = `C:\\made\\up\\${label}`
  const length = (value: number) => Buffer.from(Uint32Array.of(value).buffer)
  const body = Buffer.concat([
    Buffer.from(`\x02\0${label}\0${path}\0\0\0\x03\0`, 'latin1'),
    length(path.length + 1),
    Buffer.from(`${path}\0`, 'latin1'),
    length(content.length),
    Buffer.from(content, 'latin1'),
  ])
  return Buffer.concat([length(body.length), body])
}

const document: Record<string, Uint8Array | string> = {
  WordDocument: text('the text', 5000),
  '1Table': text('the table', 700),
  Data: '',
  '\x01CompObj': text('the class', 100),
  '\x05SummaryInformation': text('the author', 200),
  'Macros/PROJECT': 'Module=Module1\r\n',
  'Macros/VBA/dir': text('the modules', 90),
  'Macros/VBA/Module1': text('no macro', 90),
  'ObjectPool/_1/\x01oLe10nAtIvE': makePackage('note.txt', text('the note', 300)),
  'ObjectPool/_1/\x03ObjInfo': text('i', 6),
}
const whole = makeCompoundFile(document)
const small = makeCompoundFile({ A: text('a', 100), B: text('b', 5000) })

/** Each character of a name that Windows Installer packs, two by two; `!` marks a table. */
function packMsiName(name: string): string {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._'
  const [mark, rest] = name.startsWith('!') ? ['\u4840', name.slice(1)] : ['', name]
  const pairs = rest.match(/../g)?.map(([a = '', b = '']) => {
    return String.fromCharCode(0x3800 + alphabet.indexOf(a) + alphabet.indexOf(b) * 64)
  })
  const last = rest.length % 2 === 1 ? String.fromCharCode(0x4800 + alphabet.indexOf(rest.at(-1) ?? '')) : ''
  return `${mark}${(pairs ?? []).join('')}${last}`
}

const installer = makeCompoundFile({
  [packMsiName('!_StringPool')]: text('pool', 80),
  [packMsiName('!File')]: text('files', 60),
  [packMsiName('Binary.icon')]: text('a picture', 4200),
  '\x05SummaryInformation': text('the maker', 120),
})

/** Where sector `index` of a file of version 3 begins. */
export const sector = (index: number) => (index + 1) * 512

/** Where the entry of a name is, in a file of `makeCompoundFile` whose directory comes first. */
export function entryOf(file: Buffer, name: string): number {
  return file.indexOf(Buffer.from(`${name}\0`, 'utf16le'))
}

/** Where the FAT, which is sector 0, tells what follows the `index`-th sector of a stream that is not fragmented. */
function linkOf(file: Buffer, name: string, index: number): number {
  return sector(0) + (file.readUInt32LE(entryOf(file, name) + 116) + index) * 4
}

/** Sixty entries that are all one stream of eight kilobytes. */
export function makeBomb(count = 60, size = 8192): Buffer {
  const names = Array.from({ length: count }, (_, index) => `Again${index}`)
  const others = Object.fromEntries(names.map(name => [name, '']))
  const file = makeCompoundFile({ First: text('again', size), ...others })
  const first = entryOf(file, 'First')
  for (let at = file.readUInt32LE(48) * 512 + 512 + 128; file[at] !== 0; at += 128)
    file.copy(file, at + 116, first + 116, first + 128)
  return file
}

/** A chain and a directory that run in circles. */
function makeCircle(): Buffer {
  const name = 'WordDocument'
  const first = whole.subarray(entryOf(whole, name) + 116, entryOf(whole, name) + 120)
  return patched(whole, [linkOf(whole, name, 4), first], [entryOf(whole, 'Macros') + 72, [1, 0, 0, 0]])
}

const png = Buffer.from('89504E470D0A1A0A0000000D49484452', 'hex')

export const samples: SampleSources = {
  'document.doc': whole,
  'version4.xls': makeCompoundFile(
    { Workbook: text('cells', 4500), Other: text('small', 70) },
    { version: 4 },
  ),
  'installer.msi': installer,
  'fragmented.doc': makeCompoundFile(
    { WordDocument: text('the text', 5000), '1Table': text('the table', 4500) },
    { isFragmented: true, tablesLast: true },
  ),
  'nested.msg': makeCompoundFile({
    '__attach_version1.0_#00000000/__substg1.0_37010102': small,
    '__substg1.0_0037001F': Buffer.from('A subject', 'utf16le'),
  }),
  'two.bin': Buffer.concat([Buffer.alloc(77, 'x'), small, Buffer.from('between'), installer]),
  'root-only.doc': makeCompoundFile({}),
  'empty.doc': Buffer.alloc(0),
  'cut-header.doc': whole.subarray(0, 300),
  'cut-directory.doc': whole.subarray(0, sector(3)),
  'cut-stream.doc': whole.subarray(0, 4000),
  'cut-tables.doc': makeCompoundFile(document, { tablesLast: true }).subarray(0, -3000),
  'bad-header.doc': patched(whole, [24, Buffer.alloc(28, 0xff)]),
  'bad-fat.doc': patched(whole, [76, Buffer.alloc(4, 0xff)]),
  'circle.doc': makeCircle(),
  'orphan.doc': patched(small, [entryOf(small, 'Root Entry') + 76, Buffer.alloc(4, 0xff)]),
  'bomb.doc': makeBomb(),
  // Says that it is a picture, begins like one, and holds a document.
  'picture.png': Buffer.concat([png, small]),
}
