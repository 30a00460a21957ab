import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TemplateRenderer } from '../../../../packages/stoq/src/templates/render.ts'

const render = (name: string, document: object) =>
  new TemplateRenderer(import.meta.dirname, name).render(document)

const match = {
  ...{ matches: true, rule: 'has_mz', namespace: 'default', tags: ['exe', 'pe'] },
  meta: { description: 'A program', weight: 3 },
  strings: [
    [0, '$a', 'MZ'],
    [78, '$b', 'This program cannot be run in DOS mode'],
  ],
}

const document = {
  ...{ date: '2026-11-23T15:18:52Z', tlp: 'white', payloads: 3, plugins: {} },
  results: [
    {
      payload_id: 0,
      filename: 'a.zip',
      size: 483,
      md5: 'm0',
      sha1: 's0',
      sha256: 'h0',
      sha512: 'x0',
      scan: null,
    },
    {
      payload_id: 1,
      filename: 'b.exe',
      size: 4096,
      sha1: 's1',
      dispatcher: 'extractor:decompress',
      scan: [match],
    },
    {
      payload_id: 2,
      filename: 'c.exe',
      size: 4096,
      sha1: 's1',
      dispatcher: 'extractor:decompress',
      duplicate_of: 1,
      scan: [match],
    },
  ],
  errors: [{ plugin: 'carver:pe', code: 'STOQ_PLUGIN_FAILED', message: 'no header', payload_id: 1 }],
  truncated: [{ limit: 'max_time', detail: 'longer than 300 s', payload_id: 1 }],
}

test('stdout.tpl tells what matched where', async () => {
  const expected = `
a.zip  483 Bytes
  md5     m0
  sha1    s0
  sha256  h0
  no rule matched
b.exe  4.1 kB  extractor:decompress
  sha1    s1
  * has_mz [exe pe]
      description: A program
      weight: 3
             0  $a  MZ
            78  $b  This program cannot be run in DOS mode
c.exe  4.1 kB  extractor:decompress
  sha1    s1
  same bytes as payload 1
! carver:pe: no header (payload 1)
! cut at max_time: longer than 300 s (payload 1)
`
  assert.equal(await render('stdout.tpl', document), expected.slice(1))
})

test('slack.tpl has the hashes and the number of hits of each payload', async () => {
  const expected = `
*Yara Results*
*file:* \`a.zip\`
*md5:* m0
*sha1:* s0
*sha256:* h0
*sha512:* x0
*hits:* 0
*file:* \`b.exe\`
*sha1:* s1
*hits:* 1
• *has_mz* \`A program\`
*file:* \`c.exe\`
*sha1:* s1
*same bytes as payload 1*
*not complete:* 1 errors, 1 cuts
`
  assert.equal(await render('slack.tpl', document), expected.slice(1))
})

test('an attacker cannot add lines, steer a terminal, mention anybody or place a link', async () => {
  const filename = 'a\n\x1b[2J*hits:* 0 <!channel> <http://evil.example|click> `code`'
  const evil = {
    results: [{ payload_id: 0, filename, size: 1, scan: [{ ...match, strings: [[0, '$a', filename]] }] }],
  }
  const [plain, slack] = [await render('stdout.tpl', evil), await render('slack.tpl', evil)]
  assert.equal(plain.split('\n').length, 6)
  assert.doesNotMatch(plain + slack, /\x1b/)
  assert.match(
    slack,
    /`a\\x0a\\x1b\[2J\*hits:\* 0 &lt;!channel&gt; &lt;http:\/\/evil\.example\|click&gt; 'code'`/,
  )
  assert.doesNotMatch(slack, /</)
})

test('documents that lack everything are rendered', async () => {
  for (const name of ['stdout.tpl', 'slack.tpl']) {
    for (const odd of [{}, { results: null }, { results: [{}, { scan: [{}] }] }, { 'results:0:scan': 1 }]) {
      assert.equal(typeof (await render(name, odd)), 'string')
    }
  }
})
