import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ResultDocument } from 'stoq'
import { makePe } from '../../plugins/carver/pe/pe.samples.ts'
import { makeWithSevenZip } from '../../plugins/extractor/decompress/test-archives.ts'
import { root, scratchFolder, stoq } from './stoq.ts'

const password = 'Winter2026!'

/** A program in the base64 of a program in the hex of an RTF document in an encrypted zip in a mail that tells the password. */
async function makeMail() {
  const inner = readFileSync(join(root, 'samples/pe32.exe'))
  const text = Buffer.from(inner.toString('base64'))
  const outer = makePe({
    sections: [{ address: 0x1000, raw: 0x200, size: text.length }],
    length: 0x200 + text.length,
  })
  text.copy(outer, 0x200)
  const hex = (outer.toString('hex').match(/.{1,128}/g) ?? []).join('\n')
  const rtf = Buffer.from(`{\\rtf1\\ansi An invoice.{\\object\\objemb{\\*\\objdata ${hex}}}}`)
  const zip = await makeWithSevenZip('invoice.zip', { 'invoice.rtf': rtf }, [`-p${password}`])
  const mail = [
    'From: Alice <alice@example.com>',
    'To: Bob <bob@example.com>',
    'Subject: your invoice',
    'Date: Mon, 23 Nov 2026 10:00:00 +0000',
    'Message-ID: <1@example.com>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="part"',
    '',
    '--part',
    'Content-Type: text/plain; charset=utf-8',
    '',
    `Please find the invoice attached. The password is ${password}`,
    '',
    '--part',
    'Content-Type: application/zip; name="invoice.zip"',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename="invoice.zip"',
    '',
    ...(Buffer.from(zip)
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
    '--part--',
    '',
  ]
  return { mail: Buffer.from(mail.join('\r\n')), zip, rtf, outer, inner }
}

test('a mail is taken apart to the last program, with the password that stands in its text', async () => {
  const made = await makeMail()
  const file = join(scratchFolder(), 'invoice.eml')
  writeFileSync(file, made.mail)
  const { stdout, status } = await stoq(['scan', file, '--max-recursion', '8'])
  const document: ResultDocument = JSON.parse(stdout)
  assert.deepEqual([status, document.errors, document.truncated], [0, [], []])
  const found = document.results.filter(entry => entry.duplicate_of === undefined)
  const chain = [
    ['extractor:email', made.zip],
    ['extractor:decompress', made.rtf],
    ['carver:rtf', made.outer],
    ['decoder:b64', made.inner],
  ] as const
  let parent = 0
  for (const [dispatcher, content] of chain) {
    const sha256 = createHash('sha256').update(content).digest('hex')
    const entry = found.find(each => each.sha256 === sha256)
    assert.ok(entry, `${dispatcher} did not find ${sha256}`)
    assert.deepEqual([entry.dispatcher, entry.parent_id, entry.size], [dispatcher, parent, content.length])
    parent = entry.payload_id
  }
})
