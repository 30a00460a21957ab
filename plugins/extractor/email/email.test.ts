import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { attachment, contents, mailOf, message, multipart, open } from './test-mails.ts'

const parity = (name: string) =>
  readFileSync(new URL(`../../../test/parity/samples/${name}`, import.meta.url))
const data = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
const typed = (headers: string, body: string) => mailOf(multipart([`${headers}\r\n\r\n${body}`]))

/** What v1's worker smtp found attached, or should have found. */
const attachedInV1: Record<string, [name: string, sha256: string][]> = {
  'eml_encoded.eml': [['résumé.doc', 'b111b5a0']],
  'eml_inline_image.eml': [['p.png', '5dc5f2c5']],
  'eml_text_attach.eml': [
    ['note.txt', '4e79c2e5'],
    ['part-3.bin', 'f19e56cf'],
  ],
  'eml_zip_pe.eml': [['invoice.zip', '095b83a2']],
  'eml_traversal_name.eml': [['evil.zip', '095b83a2']],
  'tnef_winmail.dat': [
    ['in_tnef.txt', 'b111b5a0'],
    ['in_tnef.exe', '0e1dbe87'],
  ],
}
for (const [name, expected] of Object.entries(attachedInV1)) {
  test(`${name}: the attachments are those that were put in`, () => {
    const found = open(parity(name)).parts.filter(({ meta }) => meta['kind'] !== 'body')
    assert.deepEqual(
      found.map(({ meta, content }) => [meta['filename'], sha256(content).slice(0, 8)]),
      expected,
    )
  })
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

test('a body and an attachment say where they were and what they are', () => {
  const mail = mailOf(
    multipart(['Content-Type: text/plain; charset=utf-8\r\n\r\nhello', attachment('a.bin', data)]),
  )
  const { parts } = open(mail)
  const shared = { subject: 'a subject', from: 'Alice <alice@example.com>' }
  assert.deepEqual(
    parts.map(({ meta }) => meta),
    [
      {
        ...{ filename: 'body.txt', size: 5, kind: 'body', part: '1', ...shared },
        ...{ content_type: 'text/plain', charset: 'utf-8', offset: mail.indexOf('hello') },
      },
      {
        ...{ filename: 'a.bin', size: 256, kind: 'attachment', part: '2', ...shared },
        ...{ content_type: 'application/octet-stream', disposition: 'attachment', encoding: 'base64' },
        offset: mail.indexOf('AAECAw'),
      },
    ],
  )
  assert.deepEqual(parts[1]?.content, data)
})

test('a nested message is one child, as it stands, and is not opened here', () => {
  const inner = mailOf(multipart([attachment('deep.bin', data)], 'inner'))
  const outer = mailOf(multipart([`Content-Type: message/rfc822\r\n\r\n${inner}`]))
  const [child, ...others] = open(outer).parts
  assert.deepEqual(others, [])
  assert.equal(child?.meta['kind'], 'message')
  assert.equal(child?.meta['filename'], 'part-1.eml')
  assert.equal(child?.content.toString(), inner)
})

test('a nested message in base64, which the standard forbids, is decoded', () => {
  const inner = mailOf(message([], 'inside'))
  const mail = typed(
    'Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64',
    Buffer.from(inner).toString('base64'),
  )
  assert.equal(open(mail).parts[0]?.content.toString(), inner)
})

test('a name with folders is data: the base name, and the whole beside it', () => {
  const { parts } = open(parity('eml_traversal_name.eml'))
  assert.equal(parts[1]?.meta['original_path'], '../../evil.zip')
})

test('a picture of an HTML page and a page of a saved site are named by what tells of them', () => {
  const web = message(
    ['Content-Type: image/png', 'Content-Location: http://x.example/img/a.png?b=/c', 'Content-ID: <1>'],
    'x',
  )
  const picture = message(['Content-Type: image/jpeg', 'Content-ID: <2>'], 'y')
  assert.deepEqual(
    open(mailOf(multipart([web, picture]))).parts.map(({ meta }) => [
      meta['filename'],
      meta['kind'],
      meta['content_id'],
    ]),
    [
      ['a.png', 'inline', '<1>'],
      ['part-2.jpg', 'inline', '<2>'],
    ],
  )
})

test('a fragment of a message and a reference say which and where', () => {
  const mail = mailOf(
    multipart([
      message(['Content-Type: message/partial; id="a@b"; number=2; total=3'], 'rest'),
      message(
        ['Content-Type: message/external-body; access-type=URL; URL="http://x.example/a"'],
        'Content-ID: <1>',
      ),
    ]),
  )
  assert.deepEqual(
    open(mail).parts.map(({ meta }) => [meta['kind'], meta['partial'] ?? meta['external']]),
    [
      ['partial', 'id=a@b; number=2; total=3'],
      ['external', 'access-type=URL; url=http://x.example/a'],
    ],
  )
})

test('a digest holds messages without saying so', () => {
  const { parts } = open(mailOf(multipart(['\r\nSubject: one\r\n\r\nx'], 'd', 'digest')))
  assert.equal(parts[0]?.meta['kind'], 'message')
})

test('text before and behind the parts is a child when it is more than a hint', () => {
  const hidden = 'h'.repeat(300)
  const body = multipart(['\r\na']).replace('--bound\r\n', `${hidden}\r\n--bound\r\n`)
  assert.deepEqual(
    open(mailOf(`${body}This is short.`)).parts.map(({ meta }) => meta['filename']),
    ['preamble.txt', 'body.txt'],
  )
  assert.deepEqual(
    open(mailOf(`${multipart(['\r\na'])}${hidden}`)).parts.map(({ meta }) => meta['filename']),
    ['body.txt', 'epilogue.txt'],
  )
})

test('what is nested deeper than 32 is a message of its own, with its headers', () => {
  const deep = Array.from({ length: 40 }, (_, depth) => `b${depth}`).reduceRight(
    (part, name) => multipart([part], name),
    'Content-Type: text/plain\r\n\r\nat the bottom',
  )
  const [part] = open(mailOf(deep)).parts
  assert.equal(part?.meta['kind'], 'message')
  assert.deepEqual(contents(part?.content ?? ''), ['body.txt: at the bottom'])
})

test('a mailbox gives its messages, byte by byte, and says where they were', () => {
  const [one, two] = ['one', 'two'].map(subject => mailOf(message([], 'text\r\nFrom here on\r\n'), subject))
  const line = 'From alice@example.com Mon Jan  1 10:10:10 2024\r\n'
  const box = `${line}${one}\r\n${line}${two}`
  const { parts } = open(box)
  assert.deepEqual(
    parts.map(({ meta, content }) => [meta['filename'], meta['subject'], meta['offset'], content.toString()]),
    [
      ['message-1.eml', 'one', line.length, one],
      ['message-2.eml', 'two', box.length - (two ?? '').length, two],
    ],
  )
})

test('a session gives its messages, and the dots that were put before lines are gone', () => {
  const { parts } = open(parity('smtp_session.bin'))
  assert.equal(parts.length, 1)
  assert.match(parts[0]?.content.toString() ?? '', /\r\n\.leading dot line\r\nbye\r\n\r\n$/)
  assert.equal(open(parity('smtp_two.bin')).parts.length, 2)
  assert.match(open(parity('smtp_anychar_end.bin')).parts[0]?.content.toString() ?? '', /\r\nX\r\nafter/)
  assert.equal(open(parity('smtp_unterminated.bin')).parts.length, 1)
})

test('a mail that is cut short gives what is there, and the loss is told', () => {
  const { parts, error } = open(parity('eml_trunc.eml'))
  assert.deepEqual(
    parts.map(({ meta }) => meta['filename']),
    ['body.txt', 'invoice.zip'],
  )
  assert.match(error?.message ?? '', /cut short/)
})

test('what is no mail is null', () => {
  for (const text of ['', 'text', 'note: text\n\n', '{"a": 1}', 'PK\x03\x04'])
    assert.equal(open(text).isMail, false)
})

test('a part that is larger than the budget is left out, and those after it are not', () => {
  const mail = mailOf(multipart([attachment('large', Buffer.alloc(5000)), attachment('small', data)]))
  const { parts, truncated } = open(mail, { limits: { max_bytes: 1000 } })
  assert.deepEqual(
    parts.map(({ meta }) => meta['filename']),
    ['small'],
  )
  assert.deepEqual(
    truncated.map(({ limit }) => limit),
    ['max_bytes'],
  )
})

test('no more children are made than the budget allows', () => {
  const mail = mailOf(multipart(Array.from({ length: 50 }, (_, index) => `\r\n${index}`)))
  const { parts, truncated } = open(mail, { limits: { max_children: 7 } })
  assert.equal(parts.length, 7)
  assert.equal(truncated[0]?.limit, 'max_children')
})

test('a payload that is larger than maximum_size is null, and that is told', () => {
  const { isMail, truncated } = open(mailOf(message([], 'x')), { options: { maximum_size: 10 } })
  assert.equal(isMail, false)
  assert.equal(truncated[0]?.limit, 'maximum_size')
})

test('every byte of a plain message is in a part, whatever it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), body => {
      const mail = Buffer.concat([Buffer.from(mailOf(message(['Content-Type: a/b'], ''))), body])
      assert.deepEqual(open(mail).parts[0]?.content, Buffer.from(body))
    }),
  )
})
