import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Stoq } from 'stoq'
import { makePe } from './pe.samples.ts'
import { PeCarver } from './pe.ts'

const plugin = new PeCarver()

const code = { address: 0x1000, raw: 0x200, size: 0x200 }

/** Where everything is that is found; that the content is cut from the payload there is checked on the way. */
function carve(payload: Uint8Array): { offset: number; size: number }[] | null {
  const found = plugin.carve(payload) as Iterable<[{ offset: number; size: number }, Uint8Array]> | null
  return (
    found &&
    Array.from(found, ([{ offset, size }, content]) => {
      const meta = { offset, size }
      assert.ok(
        Buffer.from(payload)
          .subarray(meta.offset, meta.offset + meta.size)
          .equals(content),
      )
      return meta
    })
  )
}

test('a PE32 file ends where its last section ends', () => {
  const sections = [code, { address: 0x2000, raw: 0x400, size: 0x100 }]
  assert.deepEqual(carve(makePe({ sections })), [{ offset: 0, size: 0x500 }])
})

test('a PE32+ file is found as well', () => {
  assert.deepEqual(carve(makePe({ magic: 0x20b, sections: [code] })), [{ offset: 0, size: 0x400 }])
})

test('files inside of other data are all found, in the order of their offsets', () => {
  const pe = makePe({ sections: [code], length: 0x400 })
  const payload = Buffer.concat([Buffer.from('MZ junk'), pe, Buffer.from('MZ'), pe, Buffer.from('tail')])
  assert.deepEqual(carve(payload), [
    { offset: 7, size: 0x400 },
    { offset: 7 + 0x400 + 2, size: 0x400 },
  ])
})

test('a data directory behind the sections belongs to the file, its signature does not', () => {
  const directories = { 2: [0x1100, 0x280] as [number, number], 4: [0x580, 0x80] as [number, number] }
  assert.deepEqual(carve(makePe({ sections: [code], directories })), [{ offset: 0, size: 0x580 }])
})

test('an end beyond the payload does not count', () => {
  const sections = [code, { address: 0x2000, raw: 0x400, size: 0x10000 }]
  const directories = { 0: [0x1000, 0xffff_ffff] as [number, number] }
  assert.deepEqual(carve(makePe({ sections, directories })), [{ offset: 0, size: 0x400 }])
})

test('a file without sections is its headers', () => {
  assert.deepEqual(carve(makePe()), [{ offset: 0, size: 0x40 + 24 + 96 + 128 }])
})

test('what is behind a file at the start of the payload is told', () => {
  const pe = makePe({ sections: [code], length: 0x400 })
  const metaOf = (payload: Uint8Array) =>
    Array.from((plugin.carve(payload) ?? []) as Iterable<[object]>, ([meta]) => meta)
  assert.deepEqual(metaOf(pe), [{ offset: 0, size: 0x400 }])
  assert.deepEqual(metaOf(Buffer.concat([pe, Buffer.from('signature')])), [
    { offset: 0, size: 0x400, overlay: 9 },
  ])
  assert.deepEqual(metaOf(Buffer.concat([Buffer.from('x'), pe, Buffer.from('tail')])), [
    { offset: 1, size: 0x400 },
  ])
})

test('a file whose last section is not there is told as damaged', () => {
  const cut = makePe({ sections: [{ ...code, size: 0x1000 }], length: 0x400 })
  const [[meta]] = [...(plugin.carve(cut) as Iterable<[object]>)] as [[object]]
  assert.deepEqual(meta, { offset: 0, size: 0x138, damaged: 'cut short' })
})

test('no PE: null', () => {
  const bad = makePe()
  bad.writeUInt16LE(0x107, 0x58)
  assert.equal(carve(bad), null)
  assert.equal(carve(new Uint8Array()), null)
  assert.equal(carve(Buffer.from('MZ')), null)
  assert.equal(carve(Buffer.alloc(4096, 'MZ')), null)
  assert.equal(carve(Buffer.concat([Buffer.from('ZM'), makePe().subarray(2)])), null)
})

test('a header that points behind the payload is no PE', () => {
  const bad = makePe()
  bad.writeUInt32LE(0xffff_fff0, 0x3c)
  assert.equal(carve(bad), null)
})

test('however a PE is cut, it is carved within its bounds or not at all', () => {
  const whole = makePe({ sections: [code], directories: { 1: [0x1000, 0x40] } })
  for (let length = 0; length < whole.length; length++) {
    assert.ok((carve(whole.subarray(0, length)) ?? []).every(({ size }) => size > 0 && size <= length))
  }
})

test('however a PE is damaged, nothing is thrown and every size is within the payload', () => {
  const damage = fc.array(fc.tuple(fc.integer({ min: 2, max: 0x1ff }), fc.integer({ min: 0, max: 255 })), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(damage, changes => {
      const pe = makePe({ sections: [code, code], directories: { 0: [0x1010, 0x20], 5: [0x90, 0x10] } })
      for (const [at, value] of changes) pe[at] = value
      return (carve(pe) ?? []).every(({ offset, size }) => size > 0 && offset + size <= pe.length)
    }),
    { numRuns: 2000 },
  )
})

test('65535 declared sections are not all looked at', () => {
  const pe = Buffer.concat([makePe(), Buffer.alloc(65535 * 40)])
  pe.writeUInt16LE(65535, 0x46)
  assert.deepEqual(carve(pe), [{ offset: 0, size: 0x40 + 24 + 96 + 128 }])
})

test('ten megabytes of MZ are searched in one pass', { timeout: 10_000 }, () => {
  assert.equal(carve(Buffer.alloc(10 << 20, 'MZ')), null)
})

test('a million starts that share one header give their files one by one', { timeout: 10_000 }, () => {
  const payload = Buffer.alloc(10 << 20)
  makePe().copy(payload, payload.length - 0x600)
  const header = payload.length - 0x600 + 0x40
  for (let start = 0; start < header - 0x40; start += 8) {
    payload.write('MZ', start, 'latin1')
    payload.writeUInt32LE(header - start, start + 0x3c)
  }
  const found = plugin.carve(payload) as Iterable<[{ offset: number; size: number }, Uint8Array]>
  const first = Iterator.from(found).take(1000).toArray()
  assert.equal(first.length, 1000)
  assert.equal(first[999]?.[1].buffer, payload.buffer)
})

test('other headers of the options are searched instead', () => {
  const other = Object.assign(new PeCarver(), { headers: 'MZ\\x00' })
  const pe = makePe({ sections: [code] })
  const found = other.carve(Buffer.concat([Buffer.from('junk'), pe])) as Iterable<
    [Record<string, unknown>, Uint8Array]
  >
  assert.deepEqual(
    Array.from(found, ([meta]) => meta),
    [{ offset: 4, size: 0x400 }],
  )
  assert.equal(Object.assign(new PeCarver(), { headers: 'XX' }).carve(pe), null)
})

test('headers that are no regular expression are a fault of the option', () => {
  const manifest = { name: 'pe', category: 'carver', config: 'pe.stoq' }
  const other = Object.assign(new PeCarver(), { headers: '(MZ', manifest })
  assert.throws(() => other.activate({} as Stoq), {
    code: 'STOQ_PLUGIN_OPTION',
    message: /carver:pe: option 'headers'/,
  })
})
