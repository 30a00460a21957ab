import { readFileSync } from 'node:fs'
import type { SampleSources } from 'stoq/testing'
import { Rot47Decoder } from './rot47.ts'

const parity = new URL('../../../test/parity/samples/', import.meta.url)

/** ROT47 undoes itself. */
function rotate(content: Uint8Array | string): Uint8Array {
  const [found] = new Rot47Decoder().decode(Buffer.from(content)) as [[object, Uint8Array]]
  return found[1]
}

const program = readFileSync(new URL('pe32.exe', parity))
const page = rotate('<html><script>document.title = "rotated"</script></html>\r\n')

/** Every payload is ROT47 of another, of the same length: what repeats itself stands for the bomb. */
export const samples: SampleSources = {
  'page.txt': page,
  'page_cut.txt': page.subarray(0, 20),
  'page_cut_to_one.txt': page.subarray(0, 1),
  'page_without_begin.txt': Buffer.concat([Buffer.from('\xff\0\0', 'latin1'), page.subarray(3)]),
  'program.bin': rotate(program),
  'program_cut.bin': rotate(program.subarray(0, 100)),
  'bomb.txt': rotate('<script>'.repeat(7500)),
  'base64_of_page.txt': rotate(Buffer.from(rotate(page)).toString('base64')),
  'not_rotated.pdf': Buffer.from('%PDF-1.4 is turned all the same'),
  'high_bytes.bin': Uint8Array.from({ length: 256 }, (_, byte) => byte),
  'empty.txt': new Uint8Array(),
}
