import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readGolden } from 'stoq/testing'
import { rc4 } from './rc4.ts'
import type { Cipher } from './test-encryption.ts'
import { deflated, makePdf, open, skeleton } from './test-pdf.ts'

const text = 'a text that is encrypted'
const script = '<< /S /JavaScript /JS (app.secret) >>'
const encrypted = (cipher: Cipher, user: string, owner = 'owner') =>
  makePdf([...skeleton(), deflated(5, text, '/Type /EmbeddedFile'), { number: 6, dict: script }], {
    encryption: { cipher, user, owner },
  })

const ciphers: Record<Cipher, string> = {
  'RC4-40': 'RC4-40',
  'RC4-128': 'RC4-128',
  'AES-128': 'AES-128',
  'AES-256-R5': 'AES-256',
  'AES-256': 'AES-256',
}

async function textsOf(payload: Uint8Array, kwargs = {}, options = {}): Promise<string[]> {
  const { children, error } = await open(payload, { kwargs, options })
  assert.equal(error, null)
  return children.map(({ content }) => content.toString())
}

for (const [cipher, name] of Object.entries(ciphers) as [Cipher, string][]) {
  test(`${cipher}: the empty password opens streams and strings, and is told`, async () => {
    const { children, error } = await open(encrypted(cipher, ''))
    assert.equal(error, null)
    assert.deepEqual(
      children.map(({ meta, content }) => [content.toString(), meta['encryption'], meta['password']]),
      [
        [text, name, ''],
        ['app.secret', name, ''],
      ],
    )
  })

  test(`${cipher}: the password of the owner opens it as well as that of the user`, async () => {
    const pdf = encrypted(cipher, 'user word', 'owner word')
    for (const pdf_password of ['user word', 'owner word'])
      assert.deepEqual(await textsOf(pdf, { pdf_password }), [text, 'app.secret'])
  })

  test(`${cipher}: without the password nothing comes, no noise either, and that is told`, async () => {
    const { children, error } = await open(encrypted(cipher, 'unknown'))
    assert.deepEqual(children, [])
    assert.match(error?.message ?? '', /the PDF is encrypted, and none of 3 known passwords opens it/)
  })
}

test('passwords come from the option, from keywords and from the words of a mail', async () => {
  const pdf = encrypted('AES-128', 'two words')
  assert.equal((await textsOf(pdf, {}, { password_list: ['two words'] })).length, 2)
  assert.equal((await textsOf(pdf, { archive_passwords: 'one, two words' })).length, 2)
  assert.equal((await textsOf(pdf, { archive_passwords: ['two words'] })).length, 2)
  assert.equal((await textsOf(pdf, { password_words: ['or', 'two words'] })).length, 2)
})

test('archive_passwords takes the place of the option', async () => {
  const { children } = await open(encrypted('RC4-40', 'infected'), { kwargs: { archive_passwords: 'other' } })
  assert.deepEqual(children, [])
})

test('a password may be beyond ASCII', async () => {
  assert.equal((await textsOf(encrypted('AES-256', 'gehört'), { pdf_password: 'gehört' })).length, 2)
})

test('no more than a thousand passwords are tried, and that is told', async () => {
  const words = Array.from({ length: 1500 }, (_, index) => `word${index}`)
  const { truncated } = await open(encrypted('RC4-40', 'unknown'), { kwargs: { password_words: words } })
  assert.equal(truncated[0]?.limit, 'passwords')
})

test('an encryption dictionary is found without the trailer that names it', async () => {
  const pdf = encrypted('AES-256', '')
  assert.deepEqual(await textsOf(pdf.subarray(0, pdf.indexOf('xref'))), [text, 'app.secret'])
})

test('an encryption dictionary that is there to mislead hides nothing', async () => {
  const plain = makePdf([
    ...skeleton(),
    deflated(5, text, '/Type /EmbeddedFile'),
    { number: 6, dict: script },
  ])
  const other = encrypted('RC4-128', 'unknown')
  const decoy = other.subarray(other.indexOf('7 0 obj'), other.indexOf('xref'))
  const { children, error } = await open(Buffer.concat([plain, decoy]))
  assert.deepEqual(
    children.map(({ content }) => content.toString()),
    [text, 'app.secret'],
  )
  assert.match(error?.message ?? '', /encrypted/)
})

test('a length of the key that is wrong does not matter', async () => {
  for (const length of ['0', '7', '40', '99999999999999999999', '-8', '(x)']) {
    const pdf = encrypted('RC4-128', '').toString('latin1').replace('/Length 128 /P', `/Length ${length} /P`)
    assert.deepEqual(await textsOf(Buffer.from(pdf, 'latin1')), [text, 'app.secret'], length)
  }
})

test('public-key encryption is told', async () => {
  const pdf = '%PDF-1.7\n1 0 obj << /Filter /Adobe.PubSec /V 4 /Recipients [<00>] >> endobj'
  assert.match(
    (await open(Buffer.from(pdf))).error?.message ?? '',
    /encrypted by Adobe.PubSec, which is not supported/,
  )
})

test('documents that qpdf encrypted give what is in them', async () => {
  const folder = fileURLToPath(new URL('../../../test/golden/extractor/pdf', import.meta.url))
  const foreign = readGolden(folder).filter(({ name }) => name.startsWith('qpdf-'))
  assert.equal(foreign.length, 4)
  for (const { payload, kwargs } of foreign) {
    const { children, error } = await open(payload, { kwargs })
    assert.equal(error, null)
    assert.deepEqual(
      children.map(({ meta, content }) => [meta['filename'], content.length]),
      [
        ['notes.txt', 2048],
        ['ä.exe', 256],
        ['table.csv', 8],
      ],
    )
  }
})

/** Pages of these are compressed streams that show text. */
for (const name of ['pdf_enc_rc4.pdf', 'pdf_enc_aes256.pdf', 'pdf_enc_emptyuser.pdf']) {
  test(`${name} of another maker opens`, async () => {
    const payload = readFileSync(new URL(`../../../test/parity/samples/${name}`, import.meta.url))
    const { children } = await open(payload, {
      kwargs: { pdf_password: 'secret' },
      options: { all_streams: true },
    })
    assert.match(children[0]?.content.toString() ?? '', /First page line one/)
  })
}

test('RC4 gives the vectors that are known', () => {
  const vectors = [
    ['Key', 'Plaintext', 'bbf316e8d940af0ad3'],
    ['Wiki', 'pedia', '1021bf0420'],
    ['Secret', 'Attack at dawn', '45a01f645fc35b383552544b9bf5'],
  ] as const
  for (const [key, plain, wanted] of vectors)
    assert.equal(Buffer.from(rc4(Buffer.from(key), Buffer.from(plain))).toString('hex'), wanted)
})
