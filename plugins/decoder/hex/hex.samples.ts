import { readFileSync } from 'node:fs'
import type { SampleSources } from 'stoq/testing'

const parity = new URL('../../../test/parity/samples/', import.meta.url)
const program = readFileSync(new URL('pe32.exe', parity)).subarray(0, 1000)
const digits = program.toString('hex')
const pairs = digits.match(/../g) ?? []
const latin1 = (content: string) => Buffer.from(content, 'latin1')
const embedded = (content: Uint8Array | string) => ({
  content: typeof content === 'string' ? latin1(content) : content,
  kwargs: { embedded: 'True' },
})

const line = '41 41 41 41 41 41 41 41  41 41 41 41 41 41 41 41'

/**
 * `program.xxd`, `.hexdump`, `.od`, `.c`, `words.hexdump` and `plain.hex` were written by `xxd`, `hexdump -C`, `od -t x1`,
 * `xxd -i`, `hexdump` and `xxd -p`.
 */
export const samples: SampleSources = {
  'colons.txt': latin1(pairs.join(':')),
  'list.txt': latin1(`{ ${pairs.map(pair => `0x${pair}`).join(', ')} };\n`),
  'escapes.txt': latin1(`"${pairs.map(pair => `\\x${pair}`).join('')}"`),
  'wide.txt': Buffer.from(`\ufeff${digits.toUpperCase()}`, 'utf16le'),
  'number.sql': embedded(`INSERT INTO files VALUES (0x${digits.toUpperCase()}, 'a');\n`),
  'script.js.masked': embedded(`var a = "${digits}";\nrun(a);\n`),
  'joined.py.masked': embedded(
    `buf = b"${pairs
      .map(pair => `\\x${pair}`)
      .join('')
      .replace(/.{80}/g, '$&"\nbuf += b"')}"\n`,
  ),
  'array.vbs.masked': embedded(`a = Array(${pairs.map(pair => `&H${pair}`).join(', ')})\r\n`),
  'string_of_dotnet.exe.masked': embedded(
    Buffer.concat([
      program,
      Buffer.from('\x8f\xa1A', 'latin1'),
      Buffer.from(digits, 'utf16le'),
      Buffer.of(0),
    ]),
  ),
  'nested.txt': latin1(latin1(pairs.slice(0, 100).join(' ')).toString('hex')),
  'two_programs.txt': embedded(`a: ${digits.slice(0, 400)}\nb: ${pairs.join(' ').slice(0, 600)}\n`),
  'no_hexadecimal.hex': embedded('Beef, bad cafe, 10 20 30.\n'),
  'hashes.txt': embedded(`${'d41d8cd98f00b204e9800998ecf8427e'.repeat(3)} is no file\n`),
  'cut_in_byte.hex': latin1(digits.slice(0, 401)),
  'cut_at_byte.hex': latin1(digits.slice(0, 400)),
  'cut.hexdump': latin1(`00000000  ${line}  |AAAAAAAAAAAAAAAA|\n00000010  41 41 4`),
  'bad_offsets.hexdump': latin1(`00000000  ${line}\n00000010  ${line}\n00000000  ${line}\n`),
  'bomb.hexdump': latin1(`00000000  ${line}  |AAAAAAAAAAAAAAAA|\n*\nfffffff0\n`),
  'empty.hex': new Uint8Array(),
  'empty_embedded.hex': embedded(''),
}
