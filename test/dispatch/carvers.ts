import { fileURLToPath } from 'node:url'
import { readGoldenSample } from 'stoq/testing'
import { hex, latin1, placed, ruleHits, sample } from './rule-hits.ts'

const headerOnly = placed(0x100, [0, 'MZ'], [0x3c, hex('80000000')], [0x80, 'PE\0\0'])
ruleHits(
  'exe_file',
  {
    'a program': sample('pe32.exe'),
    'a program inside of another file': sample('png_pe.png'),
    'the sentence of older compilers': latin1('..MZ..This program must be run under Win32'),
    'a PE header without the sentence': headerOnly,
  },
  {
    'a PE header elsewhere': headerOnly.subarray(2),
    'a DOS program': placed(0x100, [0, 'MZ']),
    'an ELF program': sample('elf64_dyn'),
  },
)
ruleHits(
  'ole_file',
  { 'a compound file that begins later': sample('ole_prefixed.bin') },
  { 'a zip': sample('zip_plain.zip') },
)
ruleHits(
  'ole_package_stream',
  { 'a package': sample('olepkg_text.bin') },
  { 'an ELF program': sample('elf64_dyn') },
)
ruleHits(
  'swf_file',
  { 'Flash in a document': sample('swf_in_doc.doc') },
  { 'small letters': latin1('cws fws zws') },
)
ruleHits(
  'xdp_file',
  {
    'PDF in XML': sample('xdp_pdf.xdp'),
    'PDF in an element with a prefix': latin1('<xdp:xdp><p:pdf xmlns:p="http://ns.adobe.com/xdp/pdf/">'),
  },
  { 'other XML': latin1('<xdp:xdp xmlns:xdp="x"></xdp:xdp>') },
)
ruleHits(
  'rtf_file',
  { 'capital letters': latin1('{\\RTF1') },
  { 'RTF that begins later': latin1(' {\\rtf1') },
)

/** The content with every byte XORed, by a key of `length` bytes. */
const xored = (content: Uint8Array, length: number) =>
  content.map((byte, index) => byte ^ ((index % length) * 7 + 0x31))
ruleHits(
  'xored_exe_file',
  {
    'a key of two bytes': xored(sample('pe32.exe'), 2),
    'a key of seven bytes': sample('xor7_pe.bin'),
    'a key of 32 bytes': xored(sample('pe64.exe'), 32),
  },
  {
    'a program': sample('pe32.exe'),
    'a key of one byte, which decoder:xor undoes': sample('xor1_41.bin'),
    noise: sample('random_4k.bin'),
    zeros: sample('zeros_4k.bin'),
    text: sample('text_hello.txt'),
  },
)

const overlay = (name: string) =>
  readGoldenSample(fileURLToPath(new URL(`../golden/carver/overlay/${name}`, import.meta.url)), name).payload
ruleHits(
  'image_overlay',
  {
    'a PNG': sample('png_plain.png'),
    'a JPEG': sample('jpg_pe.jpg'),
    'a BMP that is longer': overlay('bmp_zip.bmp'),
  },
  {
    'a BMP as long as it says': overlay('bmp_zip.bmp').subarray(0, 70),
    'text that begins with BM': latin1('BMW is a maker of cars'),
  },
)
ruleHits(
  'program_overlay',
  { 'a PE file': sample('pe32.exe'), 'an ELF file and more': overlay('elf_zip') },
  {
    'an ELF file': overlay('elf_plain'),
    'a linked program': sample('elf64_dyn'),
    'a DOS program': placed(0x100, [0, 'MZ']),
  },
)
ruleHits(
  'zip_overlay',
  { 'a zip and another': overlay('zip_zip.zip'), 'a zip with a comment': overlay('zip_comment.zip') },
  { 'a zip': sample('zip_plain.zip'), 'a zip that begins later': overlay('zip_script.pyz') },
)
ruleHits(
  'prefixed_zip',
  {
    'a zip that begins later': overlay('zip_script.pyz'),
    'a zip whose offsets were corrected': overlay('zip_corrected.bin'),
  },
  {
    'a zip': sample('zip_plain.zip'),
    'a zip behind a program': sample('pe32_zip_overlay.exe'),
    'a zip behind an image': overlay('png_zip.png'),
  },
)
ruleHits(
  'pdf_overlay',
  { 'a PDF': overlay('pdf_saved_again.pdf') },
  { 'a PDF that begins later': Buffer.concat([latin1('\n'), overlay('pdf_saved_again.pdf')]) },
)
