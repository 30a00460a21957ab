import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Budget, type BudgetLimits, type Kwargs, StoqError } from 'stoq'
import { makeCompound } from './golden/compound-maker.ts'
import { agile, encryptedDocument, oldRc4, standard } from './golden/encryption-maker.ts'
import { attributes, makeProject } from './golden/vba-maker.ts'
import { formula, makeWorkbook, record, token, u8, u16, u32 } from './golden/workbook-maker.ts'
import { contentTypes, makeZip, relationships } from './golden/zip-maker.ts'
import { OfficeExtractor } from './office.ts'

interface Conditions {
  kwargs?: Kwargs
  limits?: Partial<BudgetLimits>
  options?: Partial<OfficeExtractor>
  signal?: AbortSignal
}

interface Opened {
  found: { meta: Record<string, unknown>; text: string }[]
  fault: string | null
  truncated: string[]
}

/** Calls the plugin as the framework does: every child is booked when it comes. */
async function open(
  payload: Uint8Array,
  { kwargs = {}, limits, options, signal }: Conditions = {},
): Promise<Opened> {
  const usual = {
    max_recursion: 3,
    max_children: 1000,
    max_bytes: 2 ** 26,
    max_time: 60,
    max_plugin_time: 60,
  }
  const budget = new Budget({ ...usual, ...limits })
  const plugin = Object.assign(new OfficeExtractor(), options)
  const opened: Opened = { found: [], fault: null, truncated: [] }
  try {
    const result = plugin.extract(payload, kwargs, { budget, signal: signal ?? new AbortController().signal })
    for await (const [meta, content] of result ?? []) {
      assert.ok(budget.takeChild(content.length), 'more than the budget allows')
      assert.equal(meta['size'], content.length)
      opened.found.push({ meta: { ...meta }, text: Buffer.from(content).toString() })
    }
  } catch (error) {
    assert.ok(error instanceof StoqError, String((error as Error).stack))
    opened.fault = error.message
  }
  opened.truncated = budget.truncated.map(({ limit }) => limit)
  return opened
}

const source = (name: string) => `${attributes(name)}Sub A()\r\nEnd Sub\r\n`
const project = (...names: string[]) =>
  makeProject(names.map(name => ({ name, source: source(name), kind: 'bas' as const })))

test('each module is a child under the name that the editor of VBA gives it, and says where it was', async () => {
  const { found, fault } = await open(makeCompound(project('Module1')))
  assert.equal(fault, null)
  assert.deepEqual(found, [
    {
      meta: {
        filename: 'Module1.bas',
        kind: 'vba',
        module: 'Module1',
        stream: 'VBA/Module1',
        offset: 64,
        code_page: 1252,
        size: source('Module1').length,
      },
      text: source('Module1'),
    },
  ])
})

test('a stream of a module that is missing is told, and the others come', async () => {
  const streams = project('One', 'Two')
  delete streams['VBA/One']
  const { found, fault } = await open(makeCompound(streams))
  assert.deepEqual(
    found.map(({ meta }) => meta['module']),
    ['Two'],
  )
  assert.match(String(fault), /One: the stream of the module is missing/)
})

test('two streams that say they hold the same module are read once each', async () => {
  const streams = project('A', 'A')
  const { found } = await open(makeCompound(streams))
  assert.equal(found.length, 1)
})

test('a module that is larger than what is left is left out and told; smaller ones after it come', async () => {
  const large = { name: 'Large', source: source('Large').padEnd(50_000, "'"), kind: 'bas' as const }
  const small = { name: 'Small', source: source('Small'), kind: 'bas' as const }
  const { found, truncated } = await open(makeCompound(makeProject([large, small])), {
    limits: { max_bytes: 9000 },
  })
  assert.deepEqual(
    found.map(({ meta }) => meta['module']),
    ['Small'],
  )
  assert.deepEqual(truncated, ['max_bytes'])
})

test('no more children come than the budget allows', async () => {
  const { found, truncated } = await open(makeCompound(project('A', 'B', 'C')), {
    limits: { max_children: 2 },
  })
  assert.deepEqual([found.length, truncated], [2, ['max_children']])
})

test('a payload that is larger than the option allows is not opened', async () => {
  const opened = await open(makeCompound(project('A')), { options: { maximum_size: 1000 } })
  assert.deepEqual(opened, { found: [], fault: null, truncated: ['maximum_size'] })
})

test('a signal stops it before the next module', async () => {
  const { found, truncated } = await open(makeCompound(project('A')), { signal: AbortSignal.abort() })
  assert.deepEqual([found, truncated], [[], ['max_time']])
})

const inner = makeZip({ '[Content_Types].xml': contentTypes() })
const locks: Record<string, (password: string) => Buffer> = {
  'agile encryption': password => agile(inner, password, 10),
  'standard encryption': password => standard(inner, password),
}

for (const [what, lock] of Object.entries(locks)) {
  test(`${what} opens with the password of the option, of either keyword, and the default`, async () => {
    const given: [string, Kwargs][] = [
      ['VelvetSweatshop', {}],
      ['infected', {}],
      ['two', { archive_passwords: 'one, two' }],
      ['a b', { archive_passwords: ['a b'] }],
      ['Wörd', { password_words: ['x', 'Wörd'] }],
    ]
    for (const [password, kwargs] of given) {
      const { found } = await open(lock(password), { kwargs })
      assert.deepEqual([found[0]?.meta['kind'], found[0]?.meta['password']], ['decrypted', password])
      assert.equal(found[0]?.text, inner.toString())
    }
  })
}

test('archive_passwords take the place of the option', async () => {
  const { fault } = await open(agile(inner, 'infected', 10), { kwargs: { archive_passwords: 'other' } })
  assert.match(String(fault), /none of 3 known passwords fits/)
})

test('passwords stop being tried when they take too many rounds, which is told', async () => {
  const { found, fault, truncated } = await open(agile(inner, 'password', 1000), {
    options: { maximum_rounds: 3500 },
  })
  assert.deepEqual([found, truncated], [[], ['maximum_rounds']])
  assert.match(String(fault), /3 of 4 passwords tried/)
})

test('hashing gives way to the end of the time', async () => {
  const started = performance.now()
  const text = agile(inner, 'nobody', 1).toString('latin1')
  const slow = text.replace('spinCount="1" saltSize="16"', 'spinCount="9000000"'.padEnd(27))
  assert.equal(slow.length, text.length)
  const { truncated } = await open(Buffer.from(slow, 'latin1'), { limits: { max_plugin_time: 0.2 } })
  assert.deepEqual(truncated, ['max_plugin_time'])
  assert.ok(performance.now() - started < 5000)
})

test('an encrypted .doc comes out with its text in the clear, and says no more that it is encrypted', async () => {
  const file = makeCompound(encryptedDocument('what nobody may read', oldRc4('VelvetSweatshop')))
  const { found } = await open(file)
  assert.ok(found[0]?.text.includes('what nobody may read') && found[0].text.includes('table table'))
  const again = await open(Buffer.from(found[0]?.text ?? '', 'utf8'))
  assert.deepEqual(again.found, [])
})

test('descriptions of encryption that make no sense are faults', async () => {
  for (const info of [
    '',
    '0400',
    '04000400400000003c613e',
    '03000200240000000000000000',
    '09000900'.repeat(9),
  ]) {
    const file = makeCompound({
      EncryptionInfo: Buffer.from(info, 'hex'),
      EncryptedPackage: Buffer.alloc(100),
    })
    const { fault } = await open(file)
    assert.match(String(fault), /damaged|not supported/)
  }
})

test('macro sheets of a workbook that no list has are read too', async () => {
  const listed = makeWorkbook([{ name: 'Sheet1', records: [] }])
  const bof = record(0x0809, Buffer.concat([u16(0x0600, 0x40, 0, 0), u32(0), u32(6)]))
  const hidden = Buffer.concat([bof, formula(0, 0, [token.call(54, 0)]), record(0x000a)])
  const { found } = await open(makeCompound({ Workbook: Buffer.concat([listed, hidden]) }))
  assert.match(String(found[0]?.text), /very hidden: unlisted sheet at \d+\nA1: =HALT\(\)/)
})

test('a record that claims encryption in a sheet does not hide its macros', async () => {
  const records = [record(0x002f, u16(1)), formula(0, 0, [token.call(54, 0)])]
  const { found } = await open(
    makeCompound({ Workbook: makeWorkbook([{ name: 'M', isMacro: true, records }]) }),
  )
  assert.match(String(found[0]?.text), /A1: =HALT\(\)/)
})

test('a workbook of Excel 95 is told to be one', async () => {
  const old = makeCompound({ Workbook: record(0x0809, Buffer.concat([u16(0x0500, 5), u8(0)])) })
  assert.match(String((await open(old)).fault), /no workbook of Excel 97/)
})

test('a target with a scheme is outside, whatever its mode says', async () => {
  const document = makeZip({
    '[Content_Types].xml': contentTypes(),
    '_rels/.rels': relationships(['image', 'file://host/share/x.png'], ['theme', 'theme.xml']),
  })
  const { found } = await open(document)
  assert.deepEqual(
    found.map(({ text }) => text),
    ['image\tfile://host/share/x.png\t\n'],
  )
})

test('parts that unfold to more than the budget are left out, the rest is read', async () => {
  const xml = `<a>${' '.repeat(40 * 2 ** 20)}</a>`
  const document = makeZip({
    '[Content_Types].xml': contentTypes(),
    'word/document.xml': xml,
    'word/header1.xml': '<w:fldSimple w:instr="DDE a b"/>',
  })
  const { found, truncated } = await open(document)
  assert.deepEqual(
    [found.map(({ text }) => text), truncated],
    [['DDE a b\tword/header1.xml\n'], ['max_bytes']],
  )
})

/** Inputs of 10 MB that are long to read for one who reads anything twice. */
const size = 10 * 2 ** 20
const repeated = (text: string) => text.repeat(size / text.length)
const hostile: Record<string, () => Buffer> = {
  'fields that begin': () => makeCompound({ WordDocument: Buffer.from(repeated('\x13DDE ')) }),
  'containers that begin': () =>
    Buffer.concat([
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      Buffer.from(repeated('\x01\x40\xb0\0Attribut'), 'latin1'),
    ]),
  'heads of compound files': () => Buffer.alloc(size, Buffer.from('ffd0cf11e0a1b11ae1', 'hex')),
  'local headers of a zip': () => Buffer.from(`PK\x03\x04${repeated('PK\x03\x04')}`),
  'relationships without an end': () => makeZip({ 'a.rels': repeated('<Relationship Target="http://a"') }),
  'fields within fields': () =>
    makeZip({
      'word/document.xml': repeated('<w:fldChar w:fldCharType="begin"/>'),
      'x.rels': '<Relationship Target="a"/>',
    }),
  'cells of one formula': () =>
    makeCompound({
      Workbook: makeWorkbook([
        {
          name: 'M',
          isMacro: true,
          records: [
            formula(0, 0, [u8(1), u16(0, 0)]),
            record(0x04bc, Buffer.concat([u16(0, 0), u8(0, 0, 0, 0), u16(8000), Buffer.alloc(8000, 0x15)])),
            ...Array.from({ length: size / 31 }, (_, row) => formula(row, 0, [u8(1), u16(0, 0)])),
          ],
        },
      ]),
    }),
}

for (const [what, make] of Object.entries(hostile)) {
  test(`10 MB of ${what} take seconds, not minutes`, async () => {
    const payload = make()
    const started = performance.now()
    await open(payload)
    assert.ok(performance.now() - started < 15_000, `${Math.round(performance.now() - started)} ms`)
  })
}
