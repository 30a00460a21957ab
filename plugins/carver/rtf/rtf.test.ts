import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Budget } from 'stoq'
import { oleHeader } from './rtf.samples.ts'
import { RtfCarver } from './rtf.ts'

interface Found {
  meta: Record<string, unknown>
  hex: string
}

const limits = { max_recursion: 3, max_children: 1000, max_bytes: 2 ** 24, max_time: 60, max_plugin_time: 60 }

/** Everything found, and what was cut. */
function carveAll(payload: string | Uint8Array, options: Partial<typeof limits & { minimum: number }> = {}) {
  const budget = new Budget({ ...limits, ...options })
  const plugin = Object.assign(new RtfCarver(), { minimum_size: options.minimum ?? 8 })
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload
  const given = plugin.carve(bytes, {}, { budget, signal: new AbortController().signal })
  const found = given && Array.from(given as Iterable<[Record<string, unknown>, Uint8Array]>, describe)
  return { found, truncated: budget.truncated }
}

function describe([meta, content]: [Record<string, unknown>, Uint8Array]): Found {
  assert.equal(meta['size'], content.length)
  return { meta, hex: Buffer.from(content).toString('hex') }
}

/** The bytes that are found, as hex. */
function carve(payload: string | Uint8Array, minimum = 8): string[] | null {
  return carveAll(payload, { minimum }).found?.map(({ hex }) => hex) ?? null
}

const objdata = (data: string) => `{\\rtf1{\\object{\\*\\objdata ${data}}}}`

test('hex digits in the text are a blob, from the first digit on', () => {
  assert.deepEqual(carveAll('{\\rtf1 text 0102030405ab. text}').found, [
    { meta: { offset: 12, size: 6 }, hex: '0102030405ab' },
  ])
})

test('a blob has more digits than minimum_size', () => {
  assert.equal(carve('{\\rtf1 0102030405060708}', 16), null)
  assert.deepEqual(carve('{\\rtf1 010203040506070809}', 16), ['010203040506070809'])
  assert.equal(carve(objdata('0102030405060708'), 16), null)
})

test('in the text, blanks may stand between whole bytes', () => {
  assert.deepEqual(carve('{\\rtf1 0a 0b\t0c\r\n0d\0 0e}'), ['0a0b0c0d0e'])
  assert.equal(carve('{\\rtf1 0a 0b0 c0 d0}'), null)
})

test('a table of numbers is no blob', () => {
  assert.equal(carve('{\\rtf1 10 20 30 40 50 60 70 80 90}'), null)
})

test('the digits of control words are no data', () => {
  assert.equal(carve('{\\f1234567890 \\abcdef1234567890 text}'), null)
})

test('in the data of an object everything but digits is passed over', () => {
  const noise = [
    ' ',
    '\n',
    '\t',
    '\0',
    ';',
    '\\par ',
    '\\fs24 ',
    '\\~',
    '\\{',
    'xyz',
    '\\bin0 ',
    '\\bin-5 ',
    '{}',
    '{\\b }',
  ]
  for (const between of noise) {
    assert.deepEqual(carve(objdata(`01${between}0${between}203${between}0405`)), ['0102030405'], between)
  }
})

test('groups that Word passes over are no data of the object around them', () => {
  assert.deepEqual(carve(objdata('010203{\\*\\xyz 0000}0405')), ['0102030405'])
  assert.deepEqual(carve(objdata('010203{\\* \\f13ab 00{00}00}0405')), ['0102030405'])
  assert.deepEqual(carve(objdata('010203{\\pntxtb 0000}0405')), ['0102030405'])
})

test('groups that merely format, and words that Word looks through, are data', () => {
  assert.deepEqual(carve(objdata('0102{\\b 03{\\*\\pxe 04}}05')), ['0102030405'])
})

test("half a byte in front of \\'hh is forgotten, and so is hh", () => {
  assert.deepEqual(carve(objdata("341\\'112345 6677")), ['3423456677'])
})

test('binary data is data', () => {
  assert.deepEqual(carve(objdata('0102\\bin3 }{\\0506')), ['01027d7b5c0506'])
  assert.deepEqual(carve(objdata('01\\bin0000000000003 abc02')), ['0161626302'])
})

test('binary data after half a byte is moved by half a byte', () => {
  assert.deepEqual(carve(objdata('010\\bin2 AB203')), ['0104142203'])
})

test('binary data longer than the document is what there is of it', () => {
  assert.deepEqual(carveAll('{\\rtf1{\\objdata\\bin99999999999 abcdefgh').found, [
    { meta: { offset: 31, destination: 'objdata', size: 8, damaged: 'cut short' }, hex: '6162636465666768' },
  ])
})

test('binary data in the text is found, and not read as text', () => {
  assert.deepEqual(carve('{\\rtf1\\bin8 {{{{{{{{{\\objdata 0102030405}}'), ['7b7b7b7b7b7b7b7b', '0102030405'])
})

test('the name of a data destination may be written in capitals, with a number, or without a star', () => {
  assert.deepEqual(carve('{\\rt{\\OBJDATA 0102030405}}'), ['0102030405'])
  assert.deepEqual(carve('{\\rt{\\objdata0102 0304050607}}'), ['0304050607'])
})

test('objects within objects are told apart', () => {
  assert.deepEqual(carve(objdata('0102{\\*\\objdata 0a0b0c0d0e}030405')), ['0a0b0c0d0e', '0102030405'])
})

test('a second destination in the same group ends the first', () => {
  assert.deepEqual(carve(objdata('0102030405\\objdata 0a0b0c0d0e')), ['0102030405', '0a0b0c0d0e'])
})

test('braces too many or too few do not matter; data without an end is told', () => {
  assert.deepEqual(carve('{\\rt}}}}{{{\\objdata 0102030405}'), ['0102030405'])
  assert.deepEqual(carveAll('{\\rtf1{\\objdata 01020304050').found, [
    { meta: { offset: 16, destination: 'objdata', size: 5, damaged: 'cut short' }, hex: '0102030405' },
  ])
})

test('a control word with its number is at most 254 bytes long', () => {
  const word = `\\a${'0'.repeat(252)}`
  assert.deepEqual(carve(objdata(`010203${word}0405`)), ['0102030405'])
})

test('of an embedded object its native data is given, with the names of the object, and what follows', () => {
  const object = Buffer.concat([
    oleHeader(2, 'Equation.3', 'topic', 'item'),
    Buffer.from([5, 0, 0, 0]),
    Buffer.from('native'),
    Buffer.from('the rest'),
  ])
  const names = { kind: 'embedded', class_name: 'Equation.3', topic_name: 'topic', item_name: 'item' }
  assert.deepEqual(carveAll(objdata(object.toString('hex'))).found, [
    {
      meta: { offset: 26, destination: 'objdata', size: 5, ...names },
      hex: Buffer.from('nativ').toString('hex'),
    },
    {
      meta: { offset: 26, destination: 'objdata', size: 9, ...names, part: 'after native data' },
      hex: Buffer.from('ethe rest').toString('hex'),
    },
  ])
})

test('a package keeps the size in front of it, as in a stream \\x01Ole10Native', () => {
  const object = Buffer.concat([oleHeader(2, 'PaCkAgE', '', ''), Buffer.from('0400000002007878', 'hex')])
  assert.deepEqual(carve(objdata(object.toString('hex'))), ['0400000002007878'])
})

test('an object that is shorter than it says is told as damaged', () => {
  const object = Buffer.concat([oleHeader(2, 'A.B', '', ''), Buffer.from('ffffffff0102', 'hex')])
  const [first] = carveAll(objdata(object.toString('hex'))).found ?? []
  assert.deepEqual([first?.hex, first?.meta['damaged']], ['0102', 'cut short'])
})

test('a linked object tells where it links to', () => {
  const object = oleHeader(1, 'OLE2Link', 'http://example.com/a.hta', '')
  const [first] = carveAll(objdata(object.toString('hex'))).found ?? []
  assert.equal(first?.hex, object.toString('hex'))
  assert.equal(first?.meta['topic_name'], 'http://example.com/a.hta')
})

test('what does not begin with {\\ is no RTF', () => {
  for (const payload of ['', '{', 'x{\\rtf1 0102030405060708}', '{/rtf1 0102030405060708}', '\xff\xfe'])
    assert.equal(carve(payload), null)
})

test('more than may be produced is left out, and that is told', () => {
  const document = `{\\rtf1 ${'00ff'.repeat(20)} {\\objdata ${'ab'.repeat(50)}}{\\objdata 0102030405}}`
  const { found, truncated } = carveAll(document, { max_bytes: 30 })
  assert.deepEqual(
    found?.map(({ hex }) => hex),
    ['0102030405'],
  )
  assert.deepEqual(
    truncated.map(({ limit }) => limit),
    ['max_bytes', 'max_bytes'],
  )
})

test('whatever interrupts the digits of an object, its bytes come back', () => {
  const noise = fc.constantFrom(
    '',
    ' ',
    '\r\n',
    '\t',
    '\\par ',
    '\\b1 ',
    '{\\*\\qq1 ff}',
    '{\\lchars 1}',
    '{\\i }',
    '\\~',
    '-',
  )
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 5 }), fc.array(noise, { minLength: 1 }), (bytes, noises) => {
      const digits = [...Buffer.from(bytes).toString('hex')]
      const data = digits.map((digit, index) => digit + noises[index % noises.length]).join('')
      // What has the form of an object is taken apart.
      fc.pre((bytes[4] ?? 0) > 2)
      assert.deepEqual(carve(objdata(data)), [Buffer.from(bytes).toString('hex')])
    }),
  )
})

test('whatever a document is made of, nothing is thrown and no more comes out than went in', () => {
  const pieces = ['{', '}', '\\objdata ', '\\*', "\\'", '\\bin', '9', '00ff', ' ', '\\pict', '\\', '-', 'x']
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 60 }), parts => {
      const document = `{\\rtf${parts.join('')}`
      const found = carve(document, 0) ?? []
      assert.ok(found.join('').length <= 2 * document.length)
    }),
    { numRuns: 2000 },
  )
})

for (const again of [
  '{',
  '{\\*\\objdata 00',
  '\\bin1 ',
  "\\'",
  '\\* ',
  '{\\objdata 00}',
  '4 d',
  '\\objdata 0123',
]) {
  test(`ten megabytes of ${again} are read in one pass`, { timeout: 10_000 }, () => {
    const payload = Buffer.alloc(10 << 20, again)
    payload.write('{\\rtf')
    carve(payload, 64)
  })
}
