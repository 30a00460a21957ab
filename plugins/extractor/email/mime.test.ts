import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { contents, mailOf, message, multipart, open, uuencode, yencode } from './test-mails.ts'

const data = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
const typed = (headers: string, body: string) => mailOf(multipart([`${headers}\r\n\r\n${body}`]))

const names: Record<string, string> = {
  "filename*=UTF-8''r%C3%A9sum%C3%A9.doc": 'résumé.doc',
  "filename*=iso-8859-1'en'%E9t%E9.txt": 'été.txt',
  'filename*0*=UTF-8\'\'a%20; filename*1="b."; filename*2=txt': 'a b.txt',
  'filename*0=one; filename*1=two': 'onetwo',
  "filename=plain; filename*=UTF-8''better": 'better',
  'filename="=?utf-8?B?5pel5pysLnR4dA==?="': '日本.txt',
  'filename="=?utf-8?Q?=E6=97?= =?utf-8?Q?=A5?="': '日',
  'filename="=?iso-2022-jp?B?GyRCRnxLXBsoQg==?="': '日本',
  'filename="=?x-nosuch?q?abc?="': 'abc',
  'filename=invoice (1).pdf': 'invoice (1).pdf',
  'filename="a;b\\"c.txt"': 'a;b"c.txt',
  'filename="été.txt"': 'été.txt',
  'filename = "a.txt" (a comment); size=3': 'a.txt',
  'FILENAME="a.txt': 'a.txt',
  'filename="../../evil.exe"': 'evil.exe',
  'filename="C:\\dir\\evil.exe"': 'evil.exe',
  'filename=".."': 'part-1.bin',
  'filename=""': 'part-1.bin',
}
for (const [parameter, name] of Object.entries(names)) {
  test(`attachment; ${parameter} is named ${name}`, () => {
    const { parts } = open(
      typed(`Content-Type: a/octet-x\r\nContent-Disposition: attachment; ${parameter}`, 'x'),
    )
    assert.equal(parts[0]?.meta['filename'], name)
  })
}

test('a name in Latin 1 without a word about it is read', () => {
  const mail = typed('Content-Type: a/b\r\nContent-Disposition: attachment; filename="\xe9t\xe9.txt"', 'x')
  assert.equal(open(Buffer.from(mail, 'latin1')).parts[0]?.meta['filename'], 'été.txt')
})

const encoded: Record<string, [encoding: string, body: string, expected: string]> = {
  'base64 in lines': ['base64', 'aGVs\r\nbG8=\r\n', 'hello'],
  'base64 with junk between': ['BASE64', 'aGVs!bG8gd29y*bGQ=\r\naGk=', 'hello worldhi'],
  'base64 padded in every line': ['base64', 'aA==\r\naQ==\r\n', 'hi'],
  'base64 without padding': ['base64', 'aGVsbG8', 'hello'],
  'what calls itself base64 and is none': ['base64', '!?!?!?', '!?!?!?'],
  'quoted-printable': ['quoted-printable', 'a=3Db=\r\nc=0A=e9 =zz=', 'a=bc\n\xe9 =zz'],
  'quoted-printable with blanks at line ends': ['Quoted-Printable', 'a= \t\r\nb', 'ab'],
  '8bit, byte by byte': ['8bit', 'one\r\ntwo\r\r\n\r\n', 'one\r\ntwo\r\r\n\r\n'],
  'a comment before the encoding': ['(x) base64', 'aGk=', 'hi'],
  'an encoding that nobody knows': ['x-nosuch', 'as is', 'as is'],
}
for (const [title, [encoding, body, expected]] of Object.entries(encoded)) {
  test(`${title} is decoded exactly`, () => {
    const mail = typed(`Content-Type: a/b\r\nContent-Transfer-Encoding: ${encoding}`, body)
    assert.equal(open(mail).parts[0]?.content.toString('latin1'), expected)
  })
}

test('base64 of any bytes, folded anywhere, gives the bytes', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 80 }),
      (bytes, width) => {
        const lines =
          Buffer.from(bytes)
            .toString('base64')
            .match(new RegExp(`.{1,${width}}`, 'g')) ?? []
        const mail = typed('Content-Type: a/b\r\nContent-Transfer-Encoding: base64', lines.join('\r\n'))
        assert.deepEqual(open(mail).parts[0]?.content, Buffer.from(bytes))
      },
    ),
  )
})

test('uuencode, begin-base64 and yEnc in a text give files, and the text stays', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), bytes => {
      const mail = Buffer.concat([
        Buffer.from(mailOf(message([], 'see below'))),
        Buffer.from(`\r\n${uuencode('u.bin', bytes)}`),
        Buffer.from(`begin-base64 644 b.bin\r\n${Buffer.from(bytes).toString('base64')}\r\n====\r\n`),
        yencode('y.bin', bytes),
      ])
      const { parts } = open(mail)
      assert.deepEqual(
        parts.map(({ meta }) => meta['filename']),
        ['body.txt', 'u.bin', 'b.bin', 'y.bin'],
      )
      for (const { content } of parts.slice(1)) assert.deepEqual(content, Buffer.from(bytes))
    }),
  )
})

test('a text that begins with a file in uuencode, base64 or yEnc needs no mail around it', () => {
  const [uu, base64, yenc] = [
    uuencode('u.bin', data),
    `begin-base64 644 b.bin\n${data.toString('base64')}\n====\n`,
    yencode('y.bin', data),
  ]
  for (const text of [uu, `\ufeff${uu}`, `\ufeff\r\n${uu}`, base64, yenc]) {
    const { parts } = open(text)
    assert.deepEqual(parts[0]?.content, data)
    assert.equal(parts.length, 1)
  }
  assert.deepEqual(
    open(Buffer.concat([Buffer.from(uu + base64), yenc])).parts.map(({ meta }) => meta['filename']),
    ['u.bin', 'b.bin', 'y.bin'],
  )
  assert.deepEqual(contents('begin 644 times\n'), [])
  assert.equal(open('begin with this\n').isMail, false)
})

test('a part in uuencode is decoded and named by it', () => {
  const mail = typed('Content-Type: a/b\r\nContent-Transfer-Encoding: x-uuencode', uuencode('in.bin', data))
  const [part] = open(mail).parts
  assert.deepEqual([part?.meta['filename'], part?.content], ['in.bin', data])
})

test('a sentence that begins with begin holds no file', () => {
  assert.deepEqual(contents(mailOf(message([], 'begin 644 times\r\nand never\r\n'))), [
    'body.txt: begin 644 times\r\nand never\r\n',
  ])
})

const structures: Record<string, [mail: string, expected: string[]]> = {
  'an outer boundary ends a part that was not closed': [
    mailOf(multipart([multipart(['\r\na'], 'in').replace('--in--\r\n', ''), '\r\nb'], 'out')),
    ['body.txt: a\r\n', 'body.txt: b'],
  ],
  'multiparts with the same boundary are told apart': [
    mailOf(multipart([multipart(['\r\na'], 'same'), '\r\nb'], 'same')),
    ['body.txt: a', 'body.txt: b'],
  ],
  'blanks may follow a boundary': [
    mailOf(multipart(['\r\na', '\r\nb']).replaceAll('--bound\r\n', '--bound \t\r\n')),
    ['body.txt: a', 'body.txt: b'],
  ],
  'a line that only begins like a boundary is text': [
    mailOf(multipart(['\r\n--boundary\r\na'])),
    ['body.txt: --boundary\r\na'],
  ],
  'a boundary that never comes is replaced by the one that does': [
    mailOf(multipart(['Content-Type: text/plain\r\n\r\na'], 'there').replace('"there"', '"lost"')),
    ['body.txt: a'],
  ],
  'a multipart that names no boundary is read': [
    mailOf(multipart(['Content-Type: text/plain\r\n\r\na']).replace('; boundary="bound"', '')),
    ['body.txt: a'],
  ],
  'a multipart without parts is a text': [
    mailOf(message(['Content-Type: multipart/mixed; boundary=x'], 'only text')),
    ['body.txt: only text'],
  ],
  'parts without the headers of the message are read': [
    '--x\r\nContent-Type: text/html\r\n\r\n<p>\r\n--x--\r\n',
    ['body.html: <p>'],
  ],
  'a part whose headers no empty line ends has no body': [
    mailOf(multipart(['Content-Type: text/plain', '\r\nb'])),
    ['body.txt: b'],
  ],
  'the first of two types counts': [
    mailOf(message(['Content-Type: text/html', 'Content-Type: text/plain'], '<p>')),
    ['body.html: <p>'],
  ],
  'a folded field is one': [
    mailOf(
      message(['Content-Type: multipart/mixed;', ' boundary="a', '\tb"'], '--a\tb\r\n\r\nx\r\n--a\tb--'),
    ),
    ['body.txt: x'],
  ],
  'a comment in the type is none of it': [
    mailOf(message(['Content-Type: (a) text/html (b); charset=x'], '<p>')),
    ['body.html: <p>'],
  ],
  'lines that are no fields do not end the headers': [
    'no field\r\nSubject: x\r\n: none\r\nContent-Type: text/html\r\n\r\n<p>',
    ['body.html: <p>'],
  ],
  'line feeds alone do as well': [
    mailOf(multipart(['\r\na', '\r\nb'])).replaceAll('\r', ''),
    ['body.txt: a', 'body.txt: b'],
  ],
  'a byte order mark and empty lines may come first': [
    `\ufeff\r\n\r\n${mailOf(message([], 'x'))}`,
    ['body.txt: x'],
  ],
  'carriage returns alone do as well, and texts keep theirs': [
    mailOf(multipart(['\r\na\r\nb', 'Content-Type: text/html\r\n\r\n<p>'])).replaceAll('\n', ''),
    ['body.txt: a\rb', 'body.html: <p>'],
  ],
  'headers with carriage returns alone, and line feeds in the body': [
    `${mailOf('').replaceAll('\n', '')}\rone\ntwo\r\n`,
    ['body.txt: one\ntwo\r\n'],
  ],
  'a file in uuencode is found between carriage returns': [
    mailOf(message([], `x\r\n${uuencode('a', Buffer.from('hello'))}`)).replaceAll('\n', ''),
    [`body.txt: x\r${uuencode('a', Buffer.from('hello')).replaceAll('\n', '')}`, 'a: hello'],
  ],
  'fields may be in lower case': ['from: a\r\ncontent-type: text/html\r\n\r\n<p>', ['body.html: <p>']],
  'a mail of a mailbox is read at once where it is alone': [
    `From a@b Mon Jan  1 10:10:10 2024\n${mailOf(message([], 'x'))}`,
    ['body.txt: x'],
  ],
  'a text file that is attached is no body': [
    typed('Content-Type: text/plain\r\nContent-Disposition: attachment', 'x'),
    ['part-1.txt: x'],
  ],
}
for (const [title, [mail, expected]] of Object.entries(structures)) {
  test(title, () => assert.deepEqual(contents(mail), expected))
}
