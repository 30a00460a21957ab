import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { samples } from './pdf.samples.ts'
import { deflated, latin1, type MadeObject, makePdf, open, skeleton } from './test-pdf.ts'

const mebibyte = 2 ** 20
const file = (number: number, stream: string | Uint8Array, filter = ''): MadeObject => ({
  number,
  dict: `<< /Type /EmbeddedFile ${filter} >>`,
  stream,
})

test('a bomb is left out, is told, and hides nothing behind it', async () => {
  const { children, truncated } = await open(Buffer.from(samples['bomb.pdf'] as Uint8Array), {
    limits: { max_bytes: mebibyte },
  })
  assert.equal(children.at(-1)?.content.toString(), 'behind the bomb')
  assert.deepEqual(
    truncated.map(({ limit }) => limit),
    ['max_bytes'],
  )
})

test('exactly as many bytes as are left are no cut, one more is', async () => {
  const pdf = makePdf([...skeleton(), deflated(5, Buffer.alloc(1000, 'a'), '/Type /EmbeddedFile')])
  const exact = await open(pdf, { limits: { max_bytes: 1000 } })
  assert.deepEqual([exact.children.length, exact.truncated.length], [1, 0])
  const less = await open(pdf, { limits: { max_bytes: 999 } })
  assert.deepEqual([less.children.length, less.truncated[0]?.limit], [0, 'max_bytes'])
})

for (const [name, filter, stored] of [
  ['LZW', '/LZWDecode', Buffer.alloc(20_000, 0x55)],
  ['run lengths', '/RunLengthDecode', Buffer.alloc(20_000, '\x81a', 'latin1')],
  ['ASCII85', '/ASCII85Decode', Buffer.alloc(20_000, 'z')],
  ['large zlib data', '/FlateDecode', deflateSync(Buffer.alloc(20 * mebibyte))],
] as const) {
  test(`no more than is left comes out of ${name}`, async () => {
    const pdf = makePdf([...skeleton(), file(5, stored, `/Filter ${filter}`)])
    const { children } = await open(pdf, { limits: { max_bytes: 10_000 } })
    assert.deepEqual(
      children.filter(({ content }) => content.length > 10_000),
      [],
    )
  })
}

test('zlib data of more than 8 MiB is given whole', async () => {
  const content = Buffer.alloc(20 * mebibyte, 'some text')
  const { children, error } = await open(
    makePdf([...skeleton(), deflated(5, content, '/Type /EmbeddedFile')]),
  )
  assert.equal(error, null)
  assert.ok(children[0]?.content.equals(content))
})

test('no more children come than are left', async () => {
  const files = Array.from({ length: 20 }, (_, index) => file(5 + index, `${index}`))
  const { children, truncated } = await open(makePdf([...skeleton(), ...files]), {
    limits: { max_children: 7 },
  })
  assert.deepEqual([children.length, truncated[0]?.limit], [7, 'max_children'])
})

test('the time of the payload and that of one call end the work', async () => {
  const files = Array.from({ length: 2000 }, (_, index) => file(5 + index, `${index}`))
  const pdf = makePdf([...skeleton(), ...files])
  const { truncated } = await open(pdf, { limits: { max_time: 0 } })
  assert.equal(truncated[0]?.limit, 'max_time')
  assert.equal((await open(pdf, { limits: { max_plugin_time: 0 } })).truncated[0]?.limit, 'max_plugin_time')
  assert.equal((await open(pdf, { signal: AbortSignal.abort() })).truncated[0]?.limit, 'max_time')
})

test('a chain of filters that no honest document has is not followed, and that is told', async () => {
  const pdf = makePdf([...skeleton(), file(5, 'x', `/Filter [${'/Fl '.repeat(1000)}]`)])
  const { children, error } = await open(pdf)
  assert.deepEqual(children[0]?.meta['undecoded'], ['more than 32 filters'])
  assert.match(error?.message ?? '', /a stream with more than 32 filters is not decoded/)
})

/** Ten times as much must take about ten times as long; the better of three tries counts. */
async function assertLinear(make: (size: number) => Buffer): Promise<void> {
  const [small, large] = [make(50_000), make(500_000)]
  let ratio = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 3 && ratio > 30; attempt++) {
    const times: number[] = []
    for (const payload of [small, large]) {
      const start = performance.now()
      await open(payload, { limits: { max_children: 100 } })
      times.push(performance.now() - start)
    }
    ratio = ((times[1] ?? 0) + 20) / ((times[0] ?? 0) + 20)
  }
  assert.ok(ratio <= 30, `${ratio} times as long`)
}

const repeat = (text: string) => (size: number) =>
  Buffer.concat([latin1('%PDF-1.7\n'), Buffer.alloc(size, text, 'latin1')])
const numbered = (object: (number: number) => string) => (size: number) => {
  const parts = ['%PDF-1.7\n']
  for (let number = 1, length = 0; length < size; number++)
    length += parts[parts.push(object(number)) - 1]?.length ?? 1
  return latin1(parts.join(''))
}

const traps: Record<string, (size: number) => Buffer> = {
  'objects without an end': repeat('1 0 obj<<'),
  'strings without an end': repeat('1 0 obj<<(\n'),
  'strings that reach into the next object': repeat('1 0 obj<<(2 0 obj<<)>>stream\n'),
  'hexadecimal strings without an end': repeat('1 0 obj<<</A<\n'),
  'comments without an end': repeat('1 0 obj%'),
  'streams without an end': repeat('1 0 obj<<>>stream\n'),
  'streams that share one end': size =>
    Buffer.concat([repeat('1 0 obj<<>>stream\n')(size), latin1('endstream')]),
  'brackets in brackets': size => latin1(`%PDF-1.7\n1 0 obj${'[<<'.repeat(size / 3)}`),
  'objects that refer to themselves': numbered(number => `${number} 0 obj ${number} 0 R endobj `),
  'scripts that all have one number': repeat('6 0 obj<</JS 6 0 R>>'),
  'files that all have one number': repeat('6 0 obj<</EF<</F 6 0 R>>/F(a)>>'),
  'documents one behind another': repeat('%%EOF%PDF-6 0 obj<</JS 6 0 R>>'),
  'actions that share a large string': numbered(number =>
    number === 1 ? `1 0 obj(${'x'.repeat(10_000)})` : `${number} 0 obj<</S/URI/URI 1 0 R/A/${number}>>`,
  ),
  'streams of long chains': repeat(`1 0 obj<</Filter[${'/AHx'.repeat(32)}]>>stream\n00\nendstream `),
  'streams that are bombs': size => Buffer.alloc(size, bomb),
  'object streams whose objects overlap': size => Buffer.alloc(size, overlapping),
}

function streamOf(data: Uint8Array, dict: string): Buffer {
  return Buffer.concat([
    latin1(`1 0 obj<<${dict}/Filter/Fl/Length ${data.length}>>stream\n`),
    data,
    latin1('\nendstream endobj '),
  ])
}

const bomb = streamOf(deflateSync(Buffer.alloc(mebibyte)), '')
const header = Array.from({ length: 5000 }, (_, number) => `${number} ${number} `).join('')
const overlapping = streamOf(deflateSync(header + '['.repeat(50_000)), `/N 5000/First ${header.length}`)

for (const [name, make] of Object.entries(traps)) {
  test(`${name} take linear time`, { timeout: 60_000 }, () => assertLinear(make))
}

test('a million tiny objects are counted, not held', { timeout: 60_000 }, async () => {
  const { truncated } = await open(repeat('1 0 obj ')(8_000_000))
  assert.deepEqual(
    truncated.map(({ limit }) => limit),
    ['objects'],
  )
})
