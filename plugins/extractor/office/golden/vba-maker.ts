/** Packs bytes as [MS-OVBA] 2.4.1.3.6 to 2.4.1.3.18 does: the longest copy that is found first. */
export function compress(source: Uint8Array): Buffer {
  const chunks: Buffer[] = [Buffer.from([1])]
  for (let at = 0; at < source.length; at += 4096) chunks.push(compressChunk(source.subarray(at, at + 4096)))
  return Buffer.concat(chunks)
}

function compressChunk(source: Uint8Array): Buffer {
  const groups: number[] = []
  let at = 0
  while (at < source.length) {
    let flags = 0
    const tokens: number[] = []
    for (let bit = 0; bit < 8 && at < source.length; bit++) {
      const { distance, length } = longestCopy(source, at)
      if (length < 3) tokens.push(source[at++] ?? 0)
      else {
        const bits = Math.max(4, at > 1 ? 32 - Math.clz32(at - 1) : 0)
        const token = ((distance - 1) << (16 - bits)) | (length - 3)
        flags |= 1 << bit
        tokens.push(token & 0xff, token >> 8)
        at += length
      }
    }
    groups.push(flags, ...tokens)
  }
  return groups.length <= 4096
    ? chunk(0xb000, groups)
    : chunk(0x3000, [...source, ...Array(4096 - source.length).fill(0)])
}

function chunk(mark: number, data: readonly number[]): Buffer {
  const header = Buffer.alloc(2)
  header.writeUInt16LE(mark | (data.length - 1))
  return Buffer.concat([header, Buffer.from(data)])
}

function longestCopy(source: Uint8Array, at: number): { distance: number; length: number } {
  const bits = Math.max(4, at > 1 ? 32 - Math.clz32(at - 1) : 0)
  const most = Math.min((0xffff >> bits) + 3, source.length - at)
  const best = { distance: 0, length: 0 }
  for (let from = at - 1; from >= 0; from--) {
    let length = 0
    while (length < most && source[from + length] === source[at + length]) length++
    if (length > best.length) Object.assign(best, { distance: at - from, length })
  }
  return best
}

/** A module for a project. */
export interface MadeModule {
  name: string
  source: string | Uint8Array
  kind: 'bas' | 'cls' | 'frm'
  /** Name of the stream, where it is another. */
  stream?: string
}

/** The first lines of every module. */
export function attributes(name: string): string {
  return `Attribute VB_Name = "${name}"\r\n`
}

/** The streams of a VBA project ([MS-OVBA] 2.2.1), below `prefix`. Before each source lie bytes where Office has p-code. */
export function makeProject(
  modules: readonly MadeModule[],
  prefix = '',
  codePage = 1252,
): Record<string, Buffer> {
  const pcode = Buffer.from('p-code of a module is here'.padEnd(64, '.'))
  const streams = modules.map(({ name, stream, source }) => [
    `${prefix}VBA/${stream ?? name}`,
    Buffer.concat([pcode, compress(Buffer.from(source))]),
  ])
  return {
    [`${prefix}VBA/dir`]: compress(makeDir(modules, codePage, pcode.length)),
    [`${prefix}VBA/_VBA_PROJECT`]: Buffer.from('cc61ffff000000', 'hex'),
    ...Object.fromEntries(streams),
    [`${prefix}PROJECT`]: Buffer.from(makeProjectText(modules), 'latin1'),
  }
}

function makeProjectText(modules: readonly MadeModule[]): string {
  const lines = modules.map(({ name, kind }) => {
    if (kind === 'bas') return `Module=${name}`
    if (kind === 'frm') return `BaseClass=${name}`
    return name.startsWith('This') || name.startsWith('Sheet')
      ? `Document=${name}/&H00000000`
      : `Class=${name}`
  })
  return ['ID="{00000000-0000-0000-0000-000000000000}"', ...lines, 'Name="VBAProject"', ''].join('\r\n')
}

function makeDir(modules: readonly MadeModule[], codePage: number, offset: number): Buffer {
  const text = (value: string) => Buffer.from(value, 'latin1')
  const wide = (value: string) => Buffer.from(value, 'utf16le')
  const described = modules.flatMap(({ name, stream = name, kind }) => [
    record(0x19, text(name)),
    record(0x47, wide(name)),
    record(0x1a, text(stream)),
    record(0x32, wide(stream)),
    record(0x1c, text('')),
    record(0x48, text('')),
    record(0x31, number(offset, 4)),
    record(0x1e, number(0, 4)),
    record(0x2c, number(0xffff, 2)),
    record(kind === 'bas' ? 0x21 : 0x22, text('')),
    record(0x2b, text('')),
  ])
  return Buffer.concat([
    record(0x01, number(1, 4)),
    record(0x02, number(0x409, 4)),
    record(0x14, number(0x409, 4)),
    record(0x03, number(codePage, 2)),
    record(0x04, text('VBAProject')),
    record(0x05, text('')),
    record(0x40, text('')),
    record(0x06, text('')),
    record(0x3d, text('')),
    record(0x07, number(0, 4)),
    record(0x08, number(0, 4)),
    Buffer.from('090004000000 010000000200'.replaceAll(' ', ''), 'hex'),
    record(0x0c, text('')),
    record(0x3c, text('')),
    record(0x0f, number(modules.length, 2)),
    record(0x13, number(0xffff, 2)),
    ...described,
    record(0x10, text('')),
  ])
}

function record(id: number, data: Buffer): Buffer {
  return Buffer.concat([number(id, 2), number(data.length, 4), data])
}

function number(value: number, size: 2 | 4): Buffer {
  const bytes = Buffer.alloc(size)
  bytes.writeUIntLE(value, 0, size)
  return bytes
}
