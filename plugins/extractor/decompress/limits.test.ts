import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { makeTar, makeWithSevenZip, makeZip, unpack } from './test-archives.ts'

const zeros = Buffer.alloc(4_000_000)

const bombs: Record<string, () => Buffer | Promise<Buffer>> = {
  gz: () => gzipSync(zeros),
  zlib: () => deflateSync(zeros),
  zst: () => zstdCompressSync(zeros),
  zip: () => makeZip([{ name: 'zeros', content: zeros }]),
  'zip that lies about the size': () => makeZip([{ name: 'zeros', content: zeros, size: 10 }]),
  'stored zip': () => makeZip([{ name: 'zeros', content: zeros, method: 0 }]),
  'zip with a method of 7-Zip': () => makeWithSevenZip('z.zip', { zeros }, ['-mm=LZMA']),
  '7z': () => makeWithSevenZip('z.7z', { zeros }),
  xz: () => makeWithSevenZip('z.xz', { zeros }),
  bz2: () => makeWithSevenZip('z.bz2', { zeros }),
  tar: () => makeTar([{ name: 'zeros', content: zeros.toString('latin1') }]),
}
for (const [name, make] of Object.entries(bombs)) {
  test(`more bytes than are left: ${name} gives nothing and says so`, async () => {
    const { members, truncated, error } = await unpack(await make(), { limits: { max_bytes: 1_000_000 } })
    assert.deepEqual([members.length, error], [0, null])
    assert.deepEqual(
      truncated.map(cut => cut.limit),
      ['max_bytes'],
    )
    assert.match(truncated[0]?.detail ?? '', /left out: more than 1000000 bytes/)
  })
}

test('members that fit come before the one that does not', async () => {
  const seven = await makeWithSevenZip('z.7z', { 'a.txt': 'first', zeros }, ['-ms=off'])
  const { members, truncated } = await unpack(seven, { limits: { max_bytes: 1_000_000 } })
  assert.deepEqual(
    members.map(({ meta }) => meta['filename']),
    ['a.txt'],
  )
  assert.equal(truncated.length, 1)
})

test('a bomb does not hide the members after it', async () => {
  const zip = makeZip([
    { name: 'bomb', content: zeros },
    { name: 'payload.exe', content: 'MZ' },
  ])
  const { members, truncated } = await unpack(zip, { limits: { max_bytes: 1_000_000 } })
  assert.deepEqual(
    members.map(({ meta }) => meta['filename']),
    ['payload.exe'],
  )
  assert.match(truncated[0]?.detail ?? '', /^bomb and what follows left out/)
})

test('members that share their data are counted each', async () => {
  const one = makeZip([{ name: 'a', content: zeros }])
  const entry = one.subarray(one.indexOf('PK\x01\x02'), -22)
  const many = Array.from({ length: 50 }, () => entry)
  const start = one.length - entry.length - 22
  const end = one.subarray(-22)
  end.writeUInt16LE(50, 8)
  end.writeUInt16LE(50, 10)
  end.writeUInt32LE(entry.length * 50, 12)
  const zip = Buffer.concat([one.subarray(0, start), ...many, end])
  const { members, truncated } = await unpack(zip, { limits: { max_bytes: 10_000_000 } })
  assert.deepEqual([members.length, truncated[0]?.limit], [2, 'max_bytes'])
})

for (const name of ['m.7z', 'm.zip', 'm.tar']) {
  test(`no more children than are left come out of ${name}`, async () => {
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`f${index}`, `${index}`]))
    const { members, truncated } = await unpack(await makeWithSevenZip(name, files), {
      limits: { max_children: 7 },
    })
    assert.equal(members.length, 7)
    assert.equal(truncated[0]?.limit, 'max_children')
  })
}

test('exactly as many children as are allowed are no cut', async () => {
  const zip = makeZip([{ name: 'a' }, { name: 'b' }])
  const { members, truncated } = await unpack(zip, { limits: { max_children: 2 } })
  assert.deepEqual([members.length, truncated], [2, []])
})

test('7-Zip is stopped in the middle of its work when the time of the payload is up', async () => {
  const bomb = await makeWithSevenZip('z.bz2', { zeros: Buffer.alloc(30_000_000) })
  const started = performance.now()
  const { members, truncated } = await unpack(bomb, { limits: { max_time: 0.05 } })
  assert.deepEqual([members.length, truncated[0]?.limit], [0, 'max_time'])
  assert.ok(performance.now() - started < 5_000)
})

test('the time of one call counts for synchronous work, too', async () => {
  const bomb = await makeWithSevenZip('z.xz', { zeros: Buffer.alloc(30_000_000) })
  const { truncated } = await unpack(bomb, { limits: { max_plugin_time: 0.02 } })
  assert.equal(truncated[0]?.limit, 'max_plugin_time')
})

test('an aborted signal ends the work', async () => {
  const { members, truncated } = await unpack(makeZip([{ name: 'a' }]), { signal: AbortSignal.abort() })
  assert.deepEqual([members.length, truncated[0]?.limit], [0, 'max_time'])
})

test('an archive larger than maximum_size is not unpacked, and that is told', async () => {
  const { members, truncated } = await unpack(gzipSync('text'), { options: { maximum_size: 10 } })
  assert.equal(members.length, 0)
  assert.equal(truncated[0]?.limit, 'maximum_size')
})
