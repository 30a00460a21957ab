import type { SampleSources } from 'stoq/testing'

/** What begins like a program; four times, so that its hex digits are a blob. */
const program = Buffer.from('MZ\x90\0\x03\0\0\0This is no program.\r\n'.repeat(4), 'latin1')
const text = Buffer.from('a text that was hidden in a document, made for tests\n'.repeat(2))

function document(body: string | Buffer): Buffer {
  return Buffer.concat([latin1('{\\rtf1\\ansi\\deff0 hello\\par\n'), Buffer.from(body), latin1('\n}')])
}

function latin1(content: string): Buffer {
  return Buffer.from(content, 'latin1')
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function sized(bytes: Uint8Array): Buffer {
  return Buffer.concat([uint32(bytes.length), bytes])
}

/** The header of an object ([MS-OLEDS] 2.2.4): 2 is embedded, 1 is linked. */
export function oleHeader(format: number, ...names: string[]): Buffer {
  const parts = names.map(name => (name === '' ? uint32(0) : sized(latin1(`${name}\0`))))
  return Buffer.concat([uint32(0x501), uint32(format), ...parts])
}

/** The content of a stream \x01Ole10Native without its size. */
function packageOf(name: string, content: Buffer): Buffer {
  const paths = [
    latin1(`${name}\0C:\\src\\${name}\0`),
    uint32(0x0003_0000),
    sized(latin1(`C:\\Temp\\${name}\0`)),
  ]
  return Buffer.concat([Buffer.from([2, 0]), ...paths, sized(content)])
}

const packageObject = Buffer.concat([
  oleHeader(2, 'Package', '', ''),
  sized(packageOf('report.exe', program)),
  oleHeader(0).subarray(0, 8),
])
const compoundFile = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(504, 0x3e)])
const embedded = Buffer.concat([
  oleHeader(2, 'Word.Document.8', '', ''),
  sized(compoundFile),
  oleHeader(5, 'METAFILEPICT'),
  sized(Buffer.alloc(40, 0x11)),
])
const linked = Buffer.concat([
  oleHeader(1, 'OLE2Link', 'http://example.com/template.hta', 'Sheet1!R1C1'),
  Buffer.alloc(16),
])

function objdata(digits: string | Buffer): Buffer {
  return Buffer.concat([
    latin1('{\\object\\objemb\\objupdate{\\*\\objdata '),
    Buffer.from(digits),
    latin1('}}'),
  ])
}

/** Something between the digits, one after the other. */
function interrupted(bytes: Buffer, noise: readonly string[]): string {
  return [...bytes.toString('hex')]
    .map((digit, index) => digit + (noise[index % noise.length] ?? ''))
    .join('')
}

const wrapped = document(objdata(packageObject.toString('hex').replace(/.{64}/g, '$&\r\n')))
const plain = document(objdata(text.toString('hex')))

export const samples: SampleSources = {
  'text_blob.rtf': document(`some text ${text.toString('hex').toUpperCase()} more text`),
  'program.rtf.masked': document(objdata(program.toString('hex'))),
  'package.rtf.masked': wrapped,
  'compound_file.rtf.masked': document(objdata(embedded.toString('hex'))),
  'linked.rtf.masked': document(objdata(linked.toString('hex'))),
  'picture.rtf': document(`{\\pict\\pngblip\\picw10{\\*\\blipuid 0011}\n${text.toString('hex')}}`),
  'blanks.rtf': document(objdata(interrupted(text, [' ', '\t\t', '\r\n', '\0', '']))),
  'control_words.rtf': document(
    objdata(interrupted(text, ['', '\\par ', '\\b0 ', '\\~', '\\objupdate\n', ';'])),
  ),
  'ignorable_groups.rtf': document(
    objdata(interrupted(text, ['', '{\\*\\xyz123 00ff}', '{\\lchars ab{cd}}', '{\\*\\a1\\b 12}'])),
  ),
  'forgotten_digits.rtf': document(objdata(text.toString('hex').replace(/../g, "$&7\\'41"))),
  'nested_groups.rtf': document(objdata(interrupted(text, ['{\\b ', '{', '}', '}{\\i ', '}']))),
  'nested_objects.rtf': document(
    `{\\object{\\*\\objdata ${text.toString('hex')}{\\*\\objdata ${text.toString('hex')}00}}}`,
  ),
  'odd.rtf': document(objdata(`${text.toString('hex')}5`)),
  'binary.rtf.masked': document(
    Buffer.concat([
      latin1(`{\\*\\objdata 4d5a\\bin${program.length - 2} `),
      program.subarray(2),
      latin1('}'),
    ]),
  ),
  'binary_in_text.rtf': document(Buffer.concat([latin1(`\\bin${text.length} `), text])),
  'capitals.rtf': latin1(`{\\RT \\ObJuPdAtE{\\*\\OBJDATA ${text.toString('hex')}}}`),
  'dangling_braces.rtf': latin1(`{\\rt}}}}}{{\\object{\\objdata ${text.toString('hex')}}}}}{{{`),
  'no_end.rtf': plain.subarray(0, -4),
  'empty.rtf': Buffer.alloc(0),
  'truncated_header.rtf': plain.subarray(0, 4),
  'truncated_word.rtf': plain.subarray(0, 63),
  'truncated_digits.rtf': plain.subarray(0, 200),
  'truncated_object.rtf.masked': wrapped.subarray(0, 400),
  'corrupt_header.rtf': Buffer.concat([latin1('{/rtf1'), plain.subarray(6)]),
  'package_odd_version.rtf.masked': document(objdata(packageObject.toString('hex').replace('0500', 'ff00'))),
  'rtf_in_rtf.rtf': document(objdata(plain.toString('hex'))),
  'zip_behind.doc': Buffer.concat([plain, Buffer.from('PK\x05\x06'.padEnd(22, '\0'), 'latin1')]),
  'bomb.rtf': latin1(`{\\rtf${'{\\*\\objdata 00'.repeat(200)}\\bin4294967295 `),
}
