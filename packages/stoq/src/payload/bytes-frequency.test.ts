import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bytesFrequency, type FrequencyOptions } from './bytes-frequency.ts'

/** `[hex, count, percent]` for reading. */
function frequencies(payload: Uint8Array, options?: FrequencyOptions) {
  return Array.from(
    bytesFrequency(payload, options),
    ([bytes, count, percent]) => [Buffer.from(bytes).toString('hex'), count, percent] as const,
  )
}

test('frequent bytes and pairs come with their count and share', () => {
  const payload = Buffer.from('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0', 'utf8')
  assert.deepEqual(frequencies(payload, { minCount: 2 }), [
    ['bf', 2, 10.53],
    ['c3', 2, 10.53],
    ['c3bf', 2, 10.53],
  ])
})

test('bytes below 0x80 are counted like all others', () => {
  assert.deepEqual(frequencies(Buffer.from('ababab'), { minCount: 2 }), [
    ['61', 3, 50],
    ['62', 3, 50],
    ['6162', 3, 50],
    ['6261', 2, 33.33],
  ])
})

test('runs of one repeated byte are left out, whatever the byte', () => {
  assert.deepEqual(frequencies(new Uint8Array(12).fill(0xff)), [])
  assert.deepEqual(frequencies(new Uint8Array(1000), { maxLength: 8 }), [])
})

test('what occurs less often than minCount is left out: ten times by default', () => {
  assert.deepEqual(
    frequencies(Buffer.from('ab'.repeat(10))).map(([hex, count]) => [hex, count]),
    [
      ['61', 10],
      ['62', 10],
      ['6162', 10],
    ],
  )
})

test('sequences have minLength bytes to maxLength - 1', () => {
  const payload = Buffer.from('abcdabcdabcd')
  assert.deepEqual(frequencies(payload, { minLength: 4, maxLength: 5, minCount: 3 }), [['61626364', 3, 25]])
})

test('a run inside a longer sequence belongs to it', () => {
  const found = frequencies(Buffer.from('xaay-xaay'), { minLength: 3, maxLength: 5, minCount: 2 })
  assert.deepEqual(
    found.map(([hex]) => hex),
    ['786161', '616179', '78616179'],
  )
})

test('an empty payload, and lengths beyond the payload, have no sequences', () => {
  assert.deepEqual(frequencies(new Uint8Array(), { minCount: 1 }), [])
  assert.deepEqual(frequencies(Buffer.from('ab'), { minLength: 3, maxLength: 9, minCount: 1 }), [])
  assert.deepEqual(frequencies(Buffer.from('ab'), { minLength: 2, maxLength: 2, minCount: 0 }), [])
})

test('a view of a larger buffer is counted alone', () => {
  const whole = Buffer.from('zzabcabczz')
  assert.deepEqual(frequencies(whole.subarray(2, 8), { minLength: 3, maxLength: 4, minCount: 2 }), [
    ['616263', 2, 33.33],
  ])
})

test('counts are those of a plain search', () => {
  const small = fc.uint8Array({ min: 0, max: 3, maxLength: 60, size: 'max' })
  fc.assert(
    fc.property(
      small,
      fc.integer({ min: 2, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      (payload, length, minCount) => {
        const found = frequencies(payload, { minLength: length, maxLength: length + 1, minCount })
        const counts = found.map(([hex, count]) => `${hex} ${count}`)
        assert.deepEqual(counts.sort(), plainSearch(payload, length, minCount).sort())
      },
    ),
  )
})

test('a payload with too many different sequences is refused, not half counted', () => {
  let state = 1
  const payload = Uint8Array.from({ length: 300_000 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 24
  })
  const options = { minLength: 4, maxLength: 5, minCount: 1 }
  assert.throws(() => frequencies(payload, options), { code: 'STOQ_BUDGET' })
  assert.deepEqual(frequencies(payload, { ...options, minCount: 10 }), [])
})

function plainSearch(payload: Uint8Array, length: number, minCount: number): string[] {
  const counts = new Map<string, number>()
  for (let start = 0; start + length <= payload.length; start++) {
    const sequence = payload.subarray(start, start + length)
    if (new Set(sequence).size === 1) continue
    const hex = Buffer.from(sequence).toString('hex')
    counts.set(hex, (counts.get(hex) ?? 0) + 1)
  }
  return [...counts].filter(([, count]) => count >= minCount).map(([hex, count]) => `${hex} ${count}`)
}
