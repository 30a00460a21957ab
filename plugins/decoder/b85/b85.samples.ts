import { readFileSync } from 'node:fs'
import type { SampleSources } from 'stoq/testing'

const parity = new URL('../../../test/parity/samples/', import.meta.url)
const program = readFileSync(new URL('b85_pe.txt', parity))
const wrapped = Buffer.from(program.toString('latin1').replace(/.{76}/g, '$&\r\n'))
const text = (content: string) => Buffer.from(content, 'latin1')

/** Base85 gives less than it takes: it has no bomb. A group beyond four bytes stands for the corrupt header. */
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
  'ascii85.b85': text('<~87cURD]i,"Ebo7~>'),
}
