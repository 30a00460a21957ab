import type { SampleSources } from 'stoq/testing'

/** A PE32 file of headers and one section, which does nothing. */
export function makeProgram(fill: number): Buffer {
  const file = Buffer.alloc(0x400)
  file.write('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8', 0, 'latin1')
  file.writeUInt32LE(0x80, 0x3c)
  file.write('This program cannot be run in DOS mode.\r\r\n$', 0x4e, 'latin1')
  file.write('PE\0\0\x4c\x01\x01\0', 0x80, 'latin1')
  file.writeUInt16LE(0xe0, 0x94)
  file.writeUInt16LE(0x10b, 0x98)
  file.writeUInt32LE(0x1000, 0xb8)
  file.writeUInt32LE(0x200, 0xbc)
  file.writeUInt32LE(16, 0xf4)
  file.write('.text', 0x178, 'latin1')
  for (const [index, value] of [0x200, 0x1000, 0x200, 0x200].entries())
    file.writeUInt32LE(value, 0x180 + index * 4)
  return file.fill(fill, 0x200)
}

/** `content` XORed with a repeating key. */
export function xor(content: Uint8Array, key: Uint8Array): Buffer {
  return Buffer.from(content.map((byte, index) => byte ^ (key[index % key.length] ?? 0)))
}

/** Bytes that look like noise and are always the same. */
export function makeNoise(size: number, seed = 1): Buffer {
  const noise = Buffer.alloc(size)
  let state = seed
  for (let index = 0; index < size; index++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    noise[index] = state >>> 16
  }
  return noise
}

export const program = makeProgram(0xc3)
const hidden = xor(program, Buffer.from('K3y!'))
/** Sixteen keys in turn, each over the zeros of as many bytes as makes it a likely one. */
const keys = Buffer.concat(
  Array.from({ length: 200 }, (_, index) => {
    const key = makeNoise(2 + (index % 60), index + 1)
    return Buffer.concat([key, key, key, makeNoise(3, index)])
  }),
)

export const samples: SampleSources = {
  'text_key.bin': hidden,
  'two_bytes.bin': xor(program, Buffer.from([0xff, 0x01])),
  'no_text_key.bin': xor(program, Buffer.from('9fc3e0', 'hex')),
  'long_key.bin': xor(program, makeNoise(63)),
  'one_byte.bin': xor(program, Buffer.from([0x41])),
  'behind_noise.bin': Buffer.concat([makeNoise(1001), hidden, makeNoise(100, 2)]),
  'two_programs.bin': Buffer.concat([hidden, xor(makeProgram(0x90), Buffer.from('K3y!'))]),
  'two_keys.bin': Buffer.concat([hidden, makeNoise(77), xor(makeProgram(0x90), makeNoise(9))]),
  'short_keys_only.bin': {
    content: xor(program, Buffer.from('0123456789abcdef')),
    kwargs: { key_length: 8 },
  },
  'given_length.bin': {
    content: xor(program, Buffer.from('0123456789abcdef')),
    kwargs: { key_length: '17' },
  },
  'in_zip.zip': Buffer.concat([Buffer.from('PK\x03\x04'.padEnd(30, '\0'), 'latin1'), hidden]),
  'picture.jpg': Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), hidden]),
  'program.exe.masked': program,
  'empty.bin': Buffer.alloc(0),
  'truncated_headers.bin': hidden.subarray(0, 0x100),
  'truncated_section.bin': hidden.subarray(0, 0x300),
  'truncated_key.bin': hidden.subarray(0, 3),
  'corrupt_header.bin': Buffer.concat([Buffer.alloc(0x40), hidden.subarray(0x40)]),
  'noise.bin': makeNoise(2000),
  'bomb.bin': keys,
}
