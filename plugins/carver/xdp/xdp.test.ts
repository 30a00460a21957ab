import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Budget, type Kwargs } from 'stoq'
import { samples } from './xdp.samples.ts'
import { XdpCarver } from './xdp.ts'

type Item = [Record<string, unknown>, Uint8Array]

const limits = { max_recursion: 3, max_children: 1000, max_bytes: 2 ** 24, max_time: 60, max_plugin_time: 60 }
const manifest = { name: 'xdp', category: 'carver' }

function carveAll(payload: string | Uint8Array, kwargs: Kwargs = {}, max_bytes = limits.max_bytes) {
  const budget = new Budget({ ...limits, max_bytes })
  const plugin = Object.assign(new XdpCarver(), { manifest })
  const found: Item[] = []
  let fault: string | null = null
  try {
    const context = { budget, signal: new AbortController().signal }
    for (const item of (plugin.carve(Buffer.from(payload), kwargs, context) ?? []) as Iterable<Item>) {
      assert.equal(item[0]['size'], item[1].length)
      found.push(item)
    }
  } catch (error) {
    fault = (error as Error).message
  }
  return { found, fault, truncated: budget.truncated }
}

/** The contents as text. */
function carve(payload: string | Uint8Array, kwargs: Kwargs = {}): string[] {
  return carveAll(payload, kwargs).found.map(([, content]) => Buffer.from(content).toString())
}

test('the Base64 text of a chunk is decoded', () => {
  assert.deepEqual(carveAll('<a><chunk>\naGVs\nbG8=\n</chunk></a>'), {
    found: [[{ size: 5, element_name: 'chunk', offset: 3 }, Buffer.from('hello')]],
    fault: null,
    truncated: [],
  })
})

test('every chunk is given', () => {
  assert.deepEqual(carve('<a><chunk>aGVs</chunk><b/><chunk>bG8=</chunk></a>'), ['hel', 'lo'])
})

test('other elements can be asked for, by the rule and by the option', () => {
  const document = '<a><chunk>aGVs</chunk><body>bG8=</body></a>'
  assert.deepEqual(carve(document, { xdp_elements: 'body' }), ['lo'])
  assert.deepEqual(carve(document, { xdp_elements: 'body:chunk' }), ['hel', 'lo'])
  assert.deepEqual(carve(document, { xdp_elements: 'nosuch' }), [])
  const plugin = Object.assign(new XdpCarver(), { xdp_elements: 'body' })
  const context = { budget: new Budget(limits), signal: new AbortController().signal }
  assert.equal([...(plugin.carve(Buffer.from(document), {}, context) as Iterable<Item>)].length, 1)
})

test('a prefix in front of the name does not matter', () => {
  const [[meta] = [{}]] = carveAll('<p:chunk>aGVs</p:chunk>').found
  assert.equal((meta as Record<string, unknown>)['element_name'], 'p:chunk')
})

test('text that is split by comments, CDATA, instructions and other elements is one', () => {
  const parts = 'a<!-- <chunk> -->G<![CDATA[V]]>s<?x >?>bG<b c="/>">text</b>8=<d/>'
  assert.deepEqual(carve(`<chunk>${parts}</chunk>`), ['hello'])
})

test('a wanted element within a wanted one has a text of its own', () => {
  assert.deepEqual(carve('<chunk>aGVs<chunk>bG8=</chunk></chunk>'), ['lo', 'hel'])
})

test('an element of blanks, of elements alone or without an end tag of its own gives nothing', () => {
  assert.deepEqual(carve('<a><chunk/><chunk> \n</chunk><chunk></chunk><chunk><b>aGVs</b></chunk></a>'), [])
})

test('text that is not Base64 is given as it is, without the blanks at its end', () => {
  assert.deepEqual(carve('<chunk>\nthis is, well, no base64!\n </chunk>'), ['\nthis is, well, no base64!'])
  assert.deepEqual(carve('<chunk>abcde</chunk>'), ['abcde'])
  assert.deepEqual(carve('<chunk>aGVs=bG8</chunk>'), ['aGVs=bG8'])
  assert.deepEqual(carve('<chunk>na\u00efve</chunk>'), ['na\u00efve'])
})

test('references to characters are resolved, others are left', () => {
  assert.deepEqual(carve('<chunk>a&#71;Vs&#x62;G8&#61;</chunk>'), ['hello'])
  assert.deepEqual(carve('<chunk>&lt;&amp;&gt;&quot;&apos;&#8364;&nbsp;&#0;&#x110000;&#;&</chunk>'), [
    '<&>"\'\u20ac&nbsp;&#0;&#x110000;&#;&',
  ])
})

test('an entity bomb stays as small as it is', () => {
  const { found } = carveAll((samples['bomb.xdp'] as Uint8Array) ?? '')
  assert.deepEqual(
    found.map(([, content]) => content.length < 100),
    [true, true],
  )
})

for (const encoding of ['utf-16le', 'utf-16be']) {
  test(`a document in ${encoding} is read`, () => {
    const bytes = Buffer.from('\ufeff<chunk>aGVs</chunk>', 'utf16le')
    assert.deepEqual(carve(encoding === 'utf-16le' ? bytes : bytes.swap16()), ['hel'])
  })
}

test('a document that was cut short gives what there is of it, and a fault', () => {
  const { found, fault } = carveAll('<a><chunk>aGVs</chunk><chunk>bG8')
  assert.deepEqual(
    found.map(([meta, content]) => [meta['damaged'], Buffer.from(content).toString()]),
    [
      [undefined, 'hel'],
      ['cut short', 'lo'],
    ],
  )
  assert.match(fault ?? '', /ends within an element/)
})

test('wherever a document is cut, whole chunks before the cut come out', () => {
  const document = '<?xml version="1.0"?><a><chunk>aGVs</chunk><b c="d"/><!-- e --><chunk>bG8=</chunk></a>'
  const first = document.indexOf('</chunk>') + 8
  for (let length = 0; length < document.length; length++) {
    const found = carve(document.slice(0, length))
    if (length >= first) assert.equal(found[0], 'hel')
  }
})

test('what is no XML gives nothing', () => {
  for (const text of [
    '',
    '<',
    '<>',
    '< chunk>',
    'chunk',
    '</chunk>aGVs',
    '<!',
    '<![CDATA[<chunk>aGVs</chunk>',
  ]) {
    assert.deepEqual(carve(text), [])
  }
})

test('more than may be produced is left out, and that is told; what is behind it comes', () => {
  const document = `<a><chunk>${'QUJD'.repeat(100)}</chunk><chunk>${'no, '.repeat(50)}</chunk><chunk>aGVs</chunk></a>`
  const { found, truncated } = carveAll(document, {}, 100)
  assert.equal(found.length, 1)
  assert.deepEqual(
    truncated.map(({ limit }) => limit),
    ['max_bytes'],
  )
})

test('whatever is packed comes back, however it is split', () => {
  const between = fc.constantFrom('', '\n', '<!--x-->', '<b>c</b>', '<d/>', '<?e?>')
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.array(between, { minLength: 1 }), (bytes, pieces) => {
      const digits = [...Buffer.from(bytes).toString('base64')]
      const text = digits.map((digit, index) => digit + pieces[index % pieces.length]).join('')
      const [[, content] = [{}, Buffer.alloc(0)]] = carveAll(`<a><chunk>${text}</chunk></a>`).found
      assert.deepEqual(Buffer.from(content), Buffer.from(bytes))
    }),
  )
})

test('whatever a document is made of, no more comes out than went in', () => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '/',
    'chunk',
    '<chunk>',
    '</chunk>',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '"',
    '&',
    '#65;',
    ' ',
    '<?',
    '[',
    ']',
    'QUJD',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), pieces => {
      assert.ok(carve(pieces.join('')).join('').length <= pieces.join('').length)
    }),
    { numRuns: 2000 },
  )
})

for (const again of [
  '<chunk>',
  '<a>',
  '<chunk/>',
  '&',
  '<',
  '<!--',
  '<![CDATA[',
  '<a b="',
  '&#65;',
  '<?',
  '<!',
]) {
  test(`ten megabytes of ${again} are read in one pass`, { timeout: 20_000 }, () => {
    carve(Buffer.alloc(10 << 20, again))
    carve(Buffer.concat([Buffer.from('<chunk>'), Buffer.alloc(10 << 20, again)]))
  })
}
