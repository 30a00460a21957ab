import type { SampleSources } from 'stoq/testing'
import { tags } from './mapi.ts'
import { attachment, mailOf, message, multipart, uuencode, yencode } from './test-mails.ts'
import {
  compressRtf,
  makeCompound,
  makeTnef,
  mapiList,
  msgTree,
  tnefAttachment,
  tnefAttribute,
} from './test-outlook.ts'

const text = 'Content-Type: text/plain; charset=utf-8\r\n\r\nDear Bob,\r\nthe password: "Winter 2024!"\r\n'
const data = Buffer.from(Array.from({ length: 300 }, (_, index) => (index * 7) & 0xff))
const inner = mailOf(multipart([text, attachment('deep.bin', data)], 'inner'), 'inside')
const nested = message(
  ['Content-Type: message/rfc822', 'Content-Disposition: attachment; filename="fwd.eml"'],
  inner,
)

const ordinary = mailOf(
  multipart([
    multipart([text, 'Content-Type: text/html\r\n\r\n<p>the <b>pass</b>word: x</p>'], 'alt', 'alternative'),
    attachment('invoice.bin', data),
    nested,
  ]),
)

const names = [
  "filename*=UTF-8''r%C3%A9sum%C3%A9.doc",
  'filename*0*=UTF-8\'\'long%20n; filename*1="ame."; filename*2=txt',
  'filename="=?utf-8?B?5pel5pysLnR4dA==?="',
  'filename=invoice (1).pdf',
  'filename="..\\\\..\\\\evil.exe"',
  'filename="\xe9t\xe9.txt"',
].map(name => message(['Content-Type: application/x', `Content-Disposition: attachment; ${name}`], name))

const encodings = mailOf(
  multipart([
    `Content-Type: text/plain\r\n\r\nsee below\r\n${uuencode('uu.bin', data)}`,
    message(
      ['Content-Type: application/x; name=qp.txt', 'Content-Transfer-Encoding: Quoted-Printable'],
      'a=3Db =\r\nc=\r\n=00=zz',
    ),
    message(
      ['Content-Type: application/x; name=uu2.bin', 'Content-Transfer-Encoding: x-uuencode'],
      uuencode('x', data),
    ),
    `${message(['Content-Type: text/plain'], yencode('y.bin', data).toString('latin1'))}`,
    message(
      ['Content-Type: message/partial; id="abc@x"; number=1; total=3'],
      'Subject: first third\r\n\r\nbegins',
    ),
    message(
      ['Content-Type: message/external-body; access-type=anon-ftp; site=h; name=n.bin'],
      'Content-ID: <1>\r\n',
    ),
  ]),
)

/** Says that it is a mail. */
const mailClass = { [0x001a]: 'IPM.Note' }

const plainMsg = {
  ...mailClass,
  [tags.subject]: 'an Outlook message',
  [tags.senderName]: 'Alice',
  [tags.senderSmtp]: 'alice@example.com',
  [tags.transportHeaders]: 'Received: from x\r\nSubject: an Outlook message\r\n',
  [tags.body]: 'The code is Sommer99.',
  [tags.html]: Buffer.from('<html><body>The code is <b>Sommer99</b>.</body></html>'),
  [tags.rtf]: compressRtf('{\\rtf1 The code is Sommer99.}'),
}
const msg = makeCompound(
  msgTree(plainMsg, [
    {
      values: {
        [tags.attachName]: 'LONGNA~1.BIN',
        [tags.attachLongName]: 'long name.bin',
        [tags.attachType]: 'application/x',
        [tags.attachData]: data,
      },
      method: 1,
    },
    {
      values: {
        [tags.attachLongName]: 'large.bin',
        [tags.attachData]: Buffer.concat(Array.from({ length: 20 }, () => data)),
      },
      method: 1,
    },
    {
      values: { [tags.displayName]: 'a nested one' },
      method: 5,
      storage: msgTree(
        { ...mailClass, [tags.subject]: 'nested', [tags.body]: 'inside' },
        [
          {
            values: { [tags.attachLongName]: 'deep.txt', [tags.attachData]: Buffer.from('deep down') },
            method: 1,
          },
        ],
        true,
      ),
    },
    { values: { [tags.attachLongPath]: '\\\\host.example\\share\\x.doc' }, method: 2 },
  ]),
)

const innerTnef = makeTnef(
  tnefAttribute(1, 0x0002800c, Buffer.from('inside\0')),
  tnefAttachment('IN.TXT', Buffer.from('deep')),
)
const tnef = makeTnef(
  tnefAttribute(1, 0x00018004, Buffer.from('a subject\0')),
  tnefAttribute(1, 0x0002800c, Buffer.from('PIN: 4711\0')),
  tnefAttribute(
    1,
    0x00069003,
    mapiList({ [tags.senderName]: 'Alice', [tags.rtf]: compressRtf('{\\rtf1 PIN: 4711}') }),
  ),
  tnefAttachment('LONGNA~1.TXT', data, {
    [tags.attachLongName]: 'long näme.txt',
    [tags.attachType]: 'text/plain',
  }),
  tnefAttachment('nested', null, {
    [tags.attachData]: Buffer.concat([Buffer.from('0703020000000000c000000000000046', 'hex'), innerTnef]),
  }),
)

const mailbox = ['one', 'two'].map(
  subject => `From alice@example.com Mon Jan  1 10:10:10 2024\r\n${mailOf(text, subject)}\r\n\r\n`,
)
const session = `EHLO a\r\nMAIL FROM:<a>\r\nDATA\r\n${mailOf(text)}\r\n..dots\r\n.\r\nQUIT\r\n`
const manyParts = mailOf(
  multipart(
    Array.from({ length: 40 }, (_, index) => `\r\n${index}`),
    'b',
  ),
)

export const samples: SampleSources = {
  'ordinary.eml': Buffer.from(ordinary),
  'names.eml': Buffer.from(mailOf(multipart(names)), 'latin1'),
  'encodings.eml': Buffer.from(encodings, 'latin1'),
  'headless.txt': Buffer.from(multipart([text, attachment('a.bin', data)]).replace(/^.*\r\n\r\n/, '')),
  'no_boundary.eml': Buffer.from(ordinary.replace('boundary="bound"', 'boundary="lost"')),
  'mailbox.mbox': Buffer.from(mailbox.join('')),
  'one.mbox': Buffer.from(mailbox[0] ?? ''),
  'session.bin': Buffer.from(session),
  'outlook.msg': msg,
  'winmail.dat': tnef,
  'carriage_returns.eml': Buffer.from(encodings.replaceAll('\n', ''), 'latin1'),
  'small_letters.eml': Buffer.from(ordinary.replace(/^[A-Z][\w-]+:/gm, name => name.toLowerCase())),
  'mark_and_empty_lines.eml': Buffer.from(`\ufeff\r\n\r\n${ordinary}`),
  'alone.uue': Buffer.from(uuencode('..\\evil.exe', data)),
  'truncated.uue': Buffer.from(uuencode('evil.exe', data).slice(0, 300)),
  'two.yenc': Buffer.concat([yencode('one.bin', data), yencode('two.bin', data.subarray(0, 50))]),
  'empty.eml': Buffer.alloc(0),
  'no_body.eml': Buffer.from('From: a\r\nSubject: b\r\n'),
  'truncated_header.eml': Buffer.from(ordinary.slice(0, 100)),
  'truncated_part.eml': Buffer.from(ordinary.slice(0, 700)),
  'truncated_nested.eml': Buffer.from(ordinary.slice(0, -400)),
  'truncated.msg': msg.subarray(0, msg.length - 2600),
  'truncated_header.msg': msg.subarray(0, 700),
  'truncated.dat': tnef.subarray(0, 200),
  'badheader.eml': Buffer.from(`no header at all\r\n: no name\r\n${ordinary}`),
  'badheader.msg': Buffer.concat([msg.subarray(0, 48), Buffer.alloc(16, 0xee), msg.subarray(64)]),
  'badlength.dat': Buffer.concat([tnef.subarray(0, 11), Buffer.alloc(4, 0xff), tnef.subarray(15)]),
  'in_tnef.dat': makeTnef(tnefAttachment('mail.eml', Buffer.from(ordinary))),
  'mail_of_msg.eml': Buffer.from(
    mailOf(multipart([text, attachment('a.msg', msg), attachment('winmail.dat', tnef)])),
  ),
  'mail_as_picture.png': Buffer.from(mailOf(text)),
  'mail_and_zip.eml': Buffer.concat([Buffer.from(ordinary), zipOf('a.txt', data)]),
  'many_parts.eml': Buffer.from(manyParts),
  'deep.eml': Buffer.from(
    mailOf(
      Array.from({ length: 60 }, (_, depth) => `b${depth}`).reduceRight(
        (part, name) => multipart([part], name),
        text,
      ),
    ),
  ),
  'rtf_bomb.dat': makeTnef(tnefAttribute(1, 0x00069003, mapiList({ 4105: rtfBomb(4000) }))),
}

/** References of 17 bytes alone. */
function rtfBomb(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let at = 16; at + 17 <= size; at += 17) {
    bytes[at] = 0xff
    for (let index = 1; index < 17; index += 2) bytes.writeUInt16BE(0xfff, at + index)
  }
  bytes.writeUInt32LE(0xffffffff, 4)
  bytes.writeUInt32LE(0x75465a4c, 8)
  return bytes
}

/** A zip archive of one stored member, as short as can be. */
function zipOf(name: string, content: Uint8Array): Buffer {
  const facts = Buffer.alloc(26)
  facts.writeUInt16LE(20, 0)
  facts.writeUInt32LE(content.length, 14)
  facts.writeUInt32LE(content.length, 18)
  facts.writeUInt16LE(name.length, 22)
  return Buffer.concat([Buffer.from('PK\x03\x04'), facts, Buffer.from(name), content])
}
