import { readFileSync } from 'node:fs'
import type { SampleSources } from 'stoq/testing'

const parity = new URL('../../../test/parity/samples/', import.meta.url)
const program = readFileSync(new URL('b85_pe.txt', parity))
const wrapped = Buffer.from(program.toString('latin1').replace(/.{76}/g, '$&\r\n'))
const text = (content: string) => Buffer.from(content, 'latin1')

/** Base85 gives less than it takes: long texts stand for the bomb. A group beyond four bytes stands for the corrupt header. */
export const samples: SampleSources = {
  'program.b85': program,
  'program_wrapped.b85': wrapped,
  'hello.b85': text('Xk~0{Zy;hgH2'),
  'nested_hello.b85': text('SZjVTds=xrXlF<='),
  'empty.b85': new Uint8Array(),
  'cut_between_groups.b85': program.subarray(0, 500),
  'cut_inside_group.b85': program.subarray(0, 503),
  'cut_to_one.b85': program.subarray(0, 1),
  'group_too_large.b85': text('~~~~~Xk~0{Zy;hgH2'),
  'text.b85': text('A sentence has blanks, and no Base85 has.'),
  // Of the same characters: it decodes, to noise.
  'base64.b85': text(Buffer.from('a text in Base64, which is none in Base85').toString('base64')),
  'z85.b85': text('HelloWorld'),
  'hexadecimal.b85': text(Buffer.from('MZ').toString('hex').repeat(10)),
  'bomb.b85': text('0'.repeat(60_000)),
  'line_breaks.b85': text('\r\n'.repeat(30_000)),
  'ascii85.b85': text('<~87cURD]i,"Ebo7~>'),
}
