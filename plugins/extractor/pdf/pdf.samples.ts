import { deflateSync } from 'node:zlib'
import type { SampleSources } from 'stoq/testing'
import type { Cipher, MadeEncryption } from './test-encryption.ts'
import { encode85, encodeLzw, encodeRunLength, predictPng } from './test-filters.ts'
import {
  deflated,
  latin1,
  type MadeFile,
  type MadeObject,
  makePdf,
  skeleton,
  tinyProgram,
} from './test-pdf.ts'

const kilobytes = Buffer.alloc(2048, 'The same words again and again, but for a counter.\n')

function attachments(made: MadeFile = {}): Buffer {
  const names = '/Names << /EmbeddedFiles << /Names [(notes) 5 0 R (tool) 7 0 R] >> >>'
  return makePdf(
    [
      ...skeleton(names, '/Annots [9 0 R]'),
      { number: 5, dict: '<< /Type /Filespec /F (notes.txt) /EF << /F 6 0 R >> >>' },
      deflated(6, kilobytes, '/Type /EmbeddedFile /Subtype /text#2Fplain /Params << /Size 2048 >>'),
      {
        number: 7,
        dict: '<< /Type /Filespec /F (x.bin) /UF <feff002e002e002f0074006d0070002f00e4002e006500780065> /EF << /F 8 0 R /UF 8 0 R >> >>',
      },
      deflated(8, tinyProgram(), '/Type /EmbeddedFile'),
      { number: 9, dict: '<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] /FS 10 0 R >>' },
      { number: 10, dict: '<< /Type /Filespec /F (C:/data/table.csv) /EF << /F 11 0 R >> >>' },
      { number: 11, dict: '<< >>', stream: 'a;b\n1;2\n' },
    ],
    made,
  )
}

function javascript(): Buffer {
  const more =
    '/OpenAction 5 0 R /AA << /WC << /S /JavaScript /JS (app.alert\\("bye"\\)) >> >> /Names << /JavaScript << /Names [(start) 7 0 R] >> >>'
  return makePdf([
    ...skeleton(
      more,
      '/AA << /O << /S /JavaScript /JS <feff006100700070002e00620065006500700028003000290020002f002f002000e4> >> >>',
    ),
    { number: 5, dict: '<< /Type /Action /S /JavaScript /JS 6 0 R /Next << /S /JavaScript /JS 9 0 R >> >>' },
    deflated(6, 'var sled = unescape("%u9090%u9090"); while (sled.length < 64) sled += sled;'),
    { number: 7, dict: '<< /S /JavaScript /J#53 8 0 R >>' },
    deflated(8, 'this.exportDataObject({ cName: "tool", nLaunch: 2 });'),
    { number: 9, dict: '(next\\050\\);)' },
  ])
}

function actions(): Buffer {
  const launch =
    '/S /Launch /F (cmd.exe) /Win << /F (cmd.exe) /P (/c start calc.exe) /D (C:/windows/system32) >>'
  return makePdf([
    ...skeleton(
      `/OpenAction << ${launch} >>`,
      '/Annots [5 0 R 6 0 R 7 0 R] /AA << /O << /S /GoToE /F (\\\\\\\\192.0.2.7\\\\share\\\\x) /D [0 /Fit] >> >>',
    ),
    { number: 5, dict: '<< /Subtype /Link /A << /S /URI /URI (http://example.org/login?id=1) >> >>' },
    { number: 6, dict: '<< /Subtype /Widget /A 8 0 R >>' },
    {
      number: 7,
      dict: '<< /Subtype /Link /A << /S /GoToR /F << /FS /URL /F (http://example.net/other.pdf) >> /D (top) >> >>',
    },
    {
      number: 8,
      dict: '<< /S /SubmitForm /F << /FS /URL /F (https://example.com/collect) >> /Next << /S /ImportData /F (form.fdf) >> >>',
    },
    { number: 9, dict: '<< /F (http://example.com/image.raw) >>', stream: '' },
  ])
}

/** A cross-reference stream and an object stream, in place of tables. */
function objectStreams(): Buffer {
  const inner = [
    [5, '<< /S /JavaScript /JS (hidden.in.an.object.stream) >>'],
    [6, '<< /Type /Filespec /F (inner.txt) /EF << /F 7 0 R >> >>'],
  ] as const
  const [first, second] = inner.map(([, text]) => text)
  const header = `5 0 6 ${(first?.length ?? 0) + 1} `
  const objects: MadeObject[] = [
    ...skeleton('/OpenAction 5 0 R'),
    deflated(7, 'a file whose name is in an object stream', '/Type /EmbeddedFile'),
    deflated(8, `${header}${first} ${second}`, `/Type /ObjStm /N 2 /First ${header.length}`),
  ]
  const plain = makePdf(objects)
  const body = plain.subarray(0, plain.indexOf('xref\n'))
  const rows = Array.from({ length: 10 }, (_, number) => {
    const row = Buffer.alloc(4)
    row[0] = number === 5 || number === 6 ? 2 : number === 0 ? 0 : 1
    row.writeUInt16BE(
      row[0] === 2 ? 8 : Math.max(0, number === 9 ? body.length : body.indexOf(`\n${number} 0 obj`) + 1),
      1,
    )
    row[3] = number === 6 ? 1 : 0
    return row
  })
  const table = deflateSync(predictPng(Buffer.concat(rows), 4, 2))
  const dict = `<< /Type /XRef /Size 10 /Root 1 0 R /W [1 2 1] /Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 4 >> /Length ${table.length} >>`
  const parts = [
    body,
    latin1(`9 0 obj\n${dict}\nstream\n`),
    table,
    latin1(`\nendstream\nendobj\nstartxref\n${body.length}\n%%EOF\n`),
  ]
  return Buffer.concat(parts)
}

/** The same text through one filter after another. */
function filters(): Buffer {
  const text = Buffer.from('Text that went through filters. '.repeat(40))
  const packed = deflateSync(text)
  const stored: [string, string | Uint8Array][] = [
    ['/Filter /ASCIIHexDecode', `${text.toString('hex')}>`],
    ['/Filter [/A85]', encode85(text)],
    ['/Filter /LZWDecode', encodeLzw(text)],
    ['/Filter /LZWDecode /DecodeParms << /EarlyChange 0 >>', encodeLzw(text, 0)],
    ['/Filter /RunLengthDecode', encodeRunLength(text)],
    ['/Filter /Fl#61te#44ecode', packed],
    [
      '/Filter [/ASCII85Decode /AHx /FlateDecode] /DecodeParms [null null null]',
      encode85(latin1(`${packed.toString('hex')}>`)),
    ],
    ['/Filter /FlateDecode /DP << /Predictor 15 /Columns 32 >>', deflateSync(predictPng(text, 32, 4))],
    ['/Filter [/FlateDecode /DCTDecode]', deflateSync(Buffer.from('ffd8ffe000104a464946', 'hex'))],
    ['/Filter /NoSuchFilter', 'kept as it is'],
  ]
  const files = stored.map(([filter, stream], index) => ({
    number: 5 + index,
    dict: `<< /Type /EmbeddedFile ${filter} >>`,
    stream,
  }))
  return makePdf([...skeleton(), ...files])
}

function forms(): Buffer {
  return makePdf([
    ...skeleton('/AcroForm 5 0 R'),
    { number: 5, dict: '<< /Fields [] /XFA [(preamble) 6 0 R (template) 7 0 R (postamble) 8 0 R] >>' },
    deflated(6, '<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/">'),
    deflated(
      7,
      '<template><script contentType="application/x-javascript">xfa.host.beep()</script></template>',
    ),
    deflated(8, '</xdp:xdp>'),
  ])
}

/** A script, then a version without it: readers show the last one only. */
function updates(): Buffer {
  const first = makePdf([
    ...skeleton('/OpenAction 5 0 R'),
    { number: 5, dict: '<< /S /JavaScript /JS 6 0 R >>' },
    deflated(6, 'first()'),
  ])
  const second = makePdf([deflated(6, 'second()')], { header: '' })
  const none: MadeObject[] = [
    { number: 5, dict: '<< /S /GoTo /D [3 0 R /Fit] >>' },
    { number: 6, dict: 'null' },
  ]
  const third = makePdf(none, { header: '' })
  return Buffer.concat([first, second, third])
}

/** Files and scripts in streams that nothing calls a file. */
function hidden(): Buffer {
  return makePdf([
    ...skeleton(),
    deflated(5, tinyProgram()),
    { number: 6, dict: '<< /Type /XObject /Subtype /Image /Filter /DCTDecode >>', stream: tinyProgram() },
    deflated(7, 'powershell -EncodedCommand ZQBjAGgAbwAgAGgAaQA='),
    deflated(8, 'MZ is how this text begins, and it is no program.'),
    deflated(9, '{\\rtf1 hello}'),
    {
      number: 10,
      dict: '<< /Filter [/AHx /Fl] >>',
      stream: `${deflateSync('PK\x05\x06'.padEnd(22, '\0')).toString('hex')}>`,
    },
  ])
}

/** One thing wrong with each object. */
function damaged(): Buffer {
  const script = deflateSync('checksum.is.wrong()')
  script[script.length - 1] = (script.at(-1) ?? 0) ^ 0xff
  const long = deflateSync(
    Array.from({ length: 400 }, (_, index) => `line ${(index * 7919) % 1000}\n`).join(''),
  )
  const pieces: (string | Buffer)[] = [
    '%PDF-1.4\n1 0 obj << /Length 99999 /S /JavaScript /JS (length.is.wrong) >> stream\nBT ET\nendstream endobj\n',
    '2 0 obj << /Type /EmbeddedFile /Length 3 >> stream\nno end of the stream\nendobj\n',
    '3 0 obj << /S /JavaScript /JS (dictionary.is.open) endobj\n',
    '4 0 obj << /JS 5 0 R >>\n5 0 obj << /Filter /FlateDecode >> stream\r\n',
    script,
    '\r\nendstream\n6 0 obj << /JS (string.is.open\n7 0 obj << /Type /EmbeddedFile /Filter /FlateDecode >> stream\n',
    long.subarray(0, -200),
  ]
  return Buffer.concat(pieces.map(piece => Buffer.from(piece)))
}

function bomb(): Buffer {
  const zeros = deflateSync(Buffer.alloc(80 * 2 ** 20), { level: 9 })
  const packed = deflateSync(deflateSync(zeros, { level: 9 }), { level: 9 })
  const chain = '/Filter [/FlateDecode /FlateDecode /FlateDecode]'
  return makePdf([
    ...skeleton(),
    { number: 5, dict: `<< /Type /EmbeddedFile ${chain} >>`, stream: packed },
    { number: 6, dict: `<< /Type /EmbeddedFile /Filter [${'/Fl '.repeat(1000)}] >>`, stream: packed },
    { number: 7, dict: '<< /Type /EmbeddedFile >>', stream: 'behind the bomb' },
  ])
}

function nested(): Buffer {
  return makePdf([
    ...skeleton(),
    { number: 5, dict: '<< /Type /EmbeddedFile /Subtype /application#2Fpdf >>', stream: javascript() },
  ])
}

const encrypted = (cipher: Cipher, user: string) => {
  const encryption: MadeEncryption = { cipher, user }
  return { content: attachments({ encryption }), kwargs: { archive_passwords: ['secret'] } }
}

const late = Buffer.concat([Buffer.alloc(900, 'no PDF yet. '), attachments()])
const whole = attachments()
const picture = Buffer.concat([Buffer.from('474946383961010001000000003b', 'hex'), javascript()])

/**
 * What is not made here: `qpdf-*.pdf` are `attachments.pdf`, encrypted by qpdf 11.3.0 with --static-id --static-aes-iv
 * --allow-weak-crypto --encrypt USER OWNER and 128, 128 --use-aes=y, 256 --force-R5, 256 (with --object-streams=generate).
 */
export const samples: SampleSources = {
  'attachments.pdf.masked': whole,
  'javascript.pdf.masked': javascript(),
  'actions.pdf.masked': actions(),
  'object-streams.pdf': objectStreams(),
  'filters.pdf': filters(),
  'forms.pdf': forms(),
  'updates.pdf': updates(),
  'hidden.pdf.masked': hidden(),
  'rc4-40.pdf.masked': encrypted('RC4-40', ''),
  'rc4-128.pdf.masked': encrypted('RC4-128', 'secret'),
  'aes-128.pdf.masked': encrypted('AES-128', 'secret'),
  'aes-256-r5.pdf.masked': encrypted('AES-256-R5', 'secret'),
  'aes-256.pdf.masked': encrypted('AES-256', ''),
  'locked.pdf.masked': encrypted('AES-256', 'unknown'),
  'damaged.pdf': damaged(),
  'truncated-early.pdf.masked': whole.subarray(0, 700),
  'truncated-in-stream.pdf.masked': whole.subarray(0, whole.indexOf('8 0 obj') + 85),
  'truncated-late.pdf.masked': whole.subarray(0, -400),
  'late-header.bin.masked': late,
  'no-header.pdf.masked': Buffer.concat([latin1('\0\0\0\0'), whole.subarray(4)]),
  'two.pdf.masked': Buffer.concat([attachments(), javascript()]),
  'nested.pdf.masked': nested(),
  'picture.gif.masked': picture,
  'not-a.pdf': latin1('%PDF-1.7\nThis text only says that it is one.\n'),
  'empty.pdf': Buffer.alloc(0),
  'bomb.pdf': bomb(),
}
