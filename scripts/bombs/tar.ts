import type { Bomb, Scale } from './bomb.ts'

/** Tar archives of one file that is almost all hole, and their neighbour cpio with members by the hundred thousand. */
export const tarBombs: readonly Bomb[] = [
  { name: 'members.cpio', pieces: cpio },
  { name: 'sparse-gnu.tar', pieces: gnu },
  { name: 'sparse-pax-0.1.tar', pieces: () => pax('0.1') },
  { name: 'sparse-pax-1.0.tar', pieces: () => pax('1.0') },
]

const block = 512
const realSize = 2 ** 40
const data = Buffer.alloc(block, 'x')

interface Header {
  name: string
  type: string
  size: number
  /** Numbers from byte 386 on (GNU's `struct sparse` and what follows). */
  sparse?: readonly (readonly [at: number, value: number])[]
}

function header({ name, type, size, sparse = [] }: Header): Buffer {
  const bytes = Buffer.alloc(block)
  bytes.write(name, 0, 'latin1')
  for (const [at, value] of [
    [100, 0o644],
    [108, 0],
    [116, 0],
  ] as const)
    octal(bytes, at, 8, value)
  octal(bytes, 124, 12, size)
  octal(bytes, 136, 12, 0)
  bytes.write(type, 156, 'latin1')
  bytes.write(type === 'S' ? 'ustar  \0' : 'ustar\x0000', 257, 'latin1')
  for (const [at, value] of sparse) big(bytes, at, value)
  bytes.fill(' ', 148, 156)
  octal(
    bytes,
    148,
    8,
    bytes.reduce((sum, byte) => sum + byte, 0),
  )
  return bytes
}

function octal(bytes: Buffer, at: number, width: number, value: number): void {
  bytes.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1')
}

/** GNU's form for what has too many octal digits. */
function big(bytes: Buffer, at: number, value: number): void {
  bytes[at] = 0x80
  bytes.writeBigUInt64BE(BigInt(value), at + 4)
}

/** GNU's own type: 1 TiB, of which the last block is there. */
function gnu(): Uint8Array[] {
  const sparse = [
    [386, realSize - block],
    [398, block],
    [483, realSize],
  ] as const
  return [header({ name: 'disk.img', type: 'S', size: block, sparse }), data, ending]
}

/** The two forms that go with any tar: the map in the extended header, or before the data. */
function pax(version: '0.1' | '1.0'): Uint8Array[] {
  const [major, minor] = version.split('.')
  const numbers = { major, minor, name: 'disk.img', realsize: realSize }
  const mapped = { size: realSize, name: 'disk.img', numblocks: 1, map: `${realSize - block},${block}` }
  const records = Object.entries(version === '1.0' ? numbers : mapped)
  const extended = Buffer.from(records.map(([key, value]) => record(`GNU.sparse.${key}`, value)).join(''))
  const map = version === '1.0' ? [padded(Buffer.from(`1\n${realSize - block}\n${block}\n`)), data] : [data]
  const size = map.length * block
  return [
    header({ name: 'PaxHeaders/disk.img', type: 'x', size: extended.length }),
    padded(extended),
    header({ name: 'GNUSparseFile.0/disk.img', type: '0', size }),
    ...map,
    ending,
  ]
}

/** `<length> <key>=<value>\n`, its own length included. */
function record(key: string, value: unknown): string {
  const rest = ` ${key}=${value}\n`
  let length = rest.length + 1
  while (`${length}${rest}`.length !== length) length++
  return `${length}${rest}`
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & (block - 1))])
}

const ending = Buffer.alloc(2 * block)

/** Empty members (cpio(5), new ASCII format), and no more than fit into what is unpacked. */
function* cpio({ count }: Scale): Generator<Uint8Array> {
  for (let index = 0; index < Math.min(count, 390_000); index++) yield cpioMember(`f${index}`, index)
  yield cpioMember('TRAILER!!!', 0)
}

function cpioMember(name: string, inode: number): Buffer {
  const fields = [inode, 0o100644, 0, 0, 1, 0, 0, 0, 0, 0, 0, name.length + 1, 0]
  const text = `070701${fields.map(field => field.toString(16).padStart(8, '0')).join('')}${name}\0`
  return Buffer.from(text.padEnd(Math.ceil(text.length / 4) * 4, '\0'))
}
