import { StoqError } from '../errors.ts'

export interface FrequencyOptions {
  /** Shortest sequence, in bytes. */
  minLength?: number
  /** Sequences are shorter than this, as in v1: 3 ends at two bytes. */
  maxLength?: number
  /** Sequences found less often are left out. */
  minCount?: number
}

/** A sequence of bytes, how often it occurs (overlaps count), and that as a percentage of the payload's length, to two decimals. */
export type Frequency = [bytes: Uint8Array, count: number, percent: number]

/**
 * The sequences of bytes that occur most often: short ones first, and of one length the most frequent first. Runs of
 * one repeated byte are padding: neither they nor the single bytes in them are counted. Time grows with the payload
 * for each length. Throws STOQ_BUDGET when more than 262,144 different sequences of one length may reach `minCount`.
 */
export function* bytesFrequency(payload: Uint8Array, options: FrequencyOptions = {}): Generator<Frequency> {
  const { minLength = 1, maxLength = 3, minCount = 10 } = options
  const least = Math.max(1, minCount)
  const last = Math.min(maxLength - 1, payload.length)
  for (let length = Math.max(1, Math.floor(minLength)); length <= last; length++) {
    const found = countsOf(payload, length, least).sort((a, b) => b[1] - a[1])
    for (const [bytes, count] of found) yield [bytes, count, percentage(count, payload.length)]
  }
}

type Count = [bytes: Uint8Array, count: number]

const maxSequences = 262_144

function countsOf(payload: Uint8Array, length: number, minCount: number): Count[] {
  if (length === 1) return fromTable(countSingles(payload), minCount, code => [code])
  if (length === 2) return fromTable(countPairs(payload), minCount, code => [code >> 8, code & 255])
  return countLong(payload, length, minCount)
}

function countSingles(payload: Uint8Array): Uint32Array {
  const table = new Uint32Array(256)
  for (let index = 0; index < payload.length; index++) {
    const byte = payload[index] as number
    if (byte !== payload[index - 1] && byte !== payload[index + 1]) bump(table, byte)
  }
  return table
}

function countPairs(payload: Uint8Array): Uint32Array {
  const table = new Uint32Array(65_536)
  for (let index = 1; index < payload.length; index++) {
    const first = payload[index - 1] as number
    const second = payload[index] as number
    if (first !== second) bump(table, (first << 8) | second)
  }
  return table
}

function fromTable(table: Uint32Array, minCount: number, toBytes: (code: number) => number[]): Count[] {
  const found: Count[] = []
  table.forEach((count, code) => {
    if (count >= minCount) found.push([Uint8Array.from(toBytes(code)), count])
  })
  return found
}

/**
 * Counts hashes first, in one byte for each byte of the payload (up to the next power of two), so that only sequences
 * that may be frequent enough are kept.
 */
function countLong(payload: Uint8Array, length: number, minCount: number): Count[] {
  const enough = Math.min(minCount, 255)
  const hashes = countHashes(payload, length, enough)
  const counts = new Map<string, number>()
  for (let start = 0; start + length <= payload.length; start++) {
    const hash = hashAt(payload, start, length)
    if (hash === runHash || (hashes[hash & (hashes.length - 1)] as number) < enough) continue
    const sequence = asText(payload, start, length)
    counts.set(sequence, (counts.get(sequence) ?? 0) + 1)
    if (counts.size > maxSequences) throw tooMany(length)
  }
  const found = Array.from(counts, ([sequence, count]): Count => [Buffer.from(sequence, 'latin1'), count])
  return found.filter(([, count]) => count >= minCount)
}

function countHashes(payload: Uint8Array, length: number, enough: number): Uint8Array {
  const hashes = new Uint8Array(1 << Math.min(30, Math.ceil(Math.log2(payload.length))))
  const mask = hashes.length - 1
  for (let start = 0; start + length <= payload.length; start++) {
    const hash = hashAt(payload, start, length)
    if (hash !== runHash && (hashes[hash & mask] as number) < enough) bump(hashes, hash & mask)
  }
  return hashes
}

const runHash = -1

/** 31 bits of an FNV hash; `runHash` for a run of one byte. */
function hashAt(payload: Uint8Array, start: number, length: number): number {
  const first = payload[start] as number
  let hash = 0x811c9dc5
  let differs = 0
  for (let index = start; index < start + length; index++) {
    const byte = payload[index] as number
    differs |= byte ^ first
    hash = Math.imul(hash ^ byte, 0x01000193)
  }
  return differs === 0 ? runHash : (hash ^ (hash >>> 15)) & 0x7fffffff
}

function asText(payload: Uint8Array, start: number, length: number): string {
  return Buffer.from(payload.buffer, payload.byteOffset + start, length).toString('latin1')
}

function tooMany(length: number): StoqError {
  return new StoqError('STOQ_BUDGET', [
    `more than ${maxSequences} sequences of ${length} bytes; raise minCount`,
  ])
}

function bump(table: Uint32Array | Uint8Array, index: number): void {
  table[index] = (table[index] ?? 0) + 1
}

function percentage(count: number, total: number): number {
  return Math.round((count / total) * 10_000) / 100
}
