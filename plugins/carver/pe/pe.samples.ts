import type { SampleSources } from 'stoq/testing'

interface Section {
  address: number
  raw: number
  size: number
}

interface Shape {
  /** 0x10b: PE32, 0x20b: PE32+. */
  magic?: number
  sections?: Section[]
  /** Address and size of data directories, by index. */
  directories?: Record<number, [address: number, size: number]>
  length?: number
}

/** A PE file of nothing but headers, filled up to `length`. Headers end at 0x200. */
export function makePe({
  magic = 0x10b,
  sections = [],
  directories = {},
  length = 0x600,
}: Shape = {}): Buffer {
  const file = Buffer.alloc(length, 0xcc).fill(0, 0, Math.min(length, 0x200))
  const optional = 0x40 + 24
  const fixed = magic === 0x20b ? 112 : 96
  file.write('MZ', 0, 'latin1')
  file.writeUInt32LE(0x40, 0x3c)
  file.write('PE\0\0', 0x40, 'latin1')
  file.writeUInt16LE(sections.length, 0x46)
  file.writeUInt16LE(fixed + 128, 0x54)
  file.writeUInt16LE(magic, optional)
  file.writeUInt32LE(0x1000, optional + 32)
  file.writeUInt32LE(0x200, optional + 36)
  file.writeUInt32LE(16, optional + fixed - 4)
  for (const [index, values] of Object.entries(directories)) {
    values.forEach((value, at) => {
      file.writeUInt32LE(value, optional + fixed + Number(index) * 8 + at * 4)
    })
  }
  sections.forEach(({ address, raw, size }, index) => {
    const values = [size, address, size, raw]
    values.forEach((value, at) => {
      file.writeUInt32LE(value, optional + fixed + 128 + index * 40 + 8 + at * 4)
    })
  })
  return file
}

const code = { address: 0x1000, raw: 0x200, size: 0x200 }
const pe = makePe({ sections: [code], length: 0x400 })
const pe64 = makePe({ magic: 0x20b, sections: [code], length: 0x400 })
const stub = Buffer.from(pe)
stub.write('This program cannot be run in DOS mode.', 0x150, 'latin1')

/** Many starts that share one header. */
function starts(count: number): Buffer {
  const payload = Buffer.alloc(count * 64)
  for (let start = 0; start < payload.length; start += 64) {
    payload.write('MZ', start, 'latin1')
    payload.writeUInt32LE(payload.length - start + 0x40, start + 0x3c)
  }
  return Buffer.concat([payload, makePe()])
}

export const samples: SampleSources = {
  'pe32.exe.masked': stub,
  'pe64.exe.masked': pe64,
  'in_text.txt.masked': Buffer.concat([
    Buffer.from('MZ and ZM are letters. '),
    stub,
    Buffer.from(' More letters.'),
  ]),
  'two.bin.masked': Buffer.concat([Buffer.from('junk'), pe, Buffer.from('MZ'), pe64]),
  'overlay.exe.masked': Buffer.concat([stub, Buffer.from('PK\x05\x06'.padEnd(22, '\0'), 'latin1')]),
  'pe_in_pe.exe.masked': Buffer.concat([
    makePe({ sections: [{ ...code, size: 0x600 }], length: 0x400 }),
    pe64,
  ]),
  'picture.jpg.masked': Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), pe]),
  'empty.exe': Buffer.alloc(0),
  'truncated_dos_header.exe': pe.subarray(0, 0x3f),
  'truncated_headers.exe': pe.subarray(0, 0x60),
  'truncated_section_table.exe.masked': pe.subarray(0, 0x140),
  'truncated_section.exe.masked': pe.subarray(0, 0x300),
  'corrupt_signature.exe': Buffer.concat([pe.subarray(0, 0x40), Buffer.from('XX'), pe.subarray(0x42)]),
  'corrupt_sizes.exe.masked': makePe({
    sections: [{ ...code, size: 0xffff_ff00 }],
    directories: { 1: [0x1000, 0xffff_ffff], 4: [0x500, 0x100] },
    length: 0x400,
  }),
  'bomb.bin.masked': starts(40),
}
