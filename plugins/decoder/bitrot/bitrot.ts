import {
  type Extracted,
  type ExtractedResult,
  type Kwargs,
  type Payload,
  StoqDecoderPlugin,
  StoqError,
} from 'stoq'

type Direction = 'left' | 'right'

/** What nearly every program for Windows says to DOS. */
const sentence = Buffer.from('This program')

/**
 * Turns the bits of every byte: `bits` places (0 to 8, 4 when absent) to the `direction` (`right` when absent, or `left`).
 * `bits = "any"` gives the payload under each rotation that shows a program. Throws when a keyword is none of these.
 * meta: `size` in bytes, `bits`, `direction`.
 */
export class BitrotDecoder extends StoqDecoderPlugin {
  decode(payload: Payload, kwargs: Kwargs): ExtractedResult {
    const direction = this.#direction(kwargs['direction'] ?? 'right')
    const given = kwargs['bits'] ?? 4
    if (isAny(given)) return withPrograms(payload, direction)
    return [turned(payload, this.#bits(given), direction)]
  }

  #direction(given: unknown): Direction {
    const text = String(given).trim().toLowerCase()
    if (text === 'left' || text === 'right') return text
    throw this.#fault(`direction must be left or right, got '${String(given).slice(0, 40)}'`)
  }

  #bits(given: unknown): number {
    const text = typeof given === 'number' || typeof given === 'string' ? String(given).trim() : ''
    const bits = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (bits <= 8) return bits
    throw this.#fault(`bits must be from 0 to 8, or 'any', got '${String(given).slice(0, 40)}'`)
  }

  #fault(reason: string): StoqError {
    return new StoqError('STOQ_PLUGIN_FAILED', [this.id, reason])
  }
}

function isAny(given: unknown): boolean {
  return typeof given === 'string' && given.trim().toLowerCase() === 'any'
}

/** Null when no rotation shows a program. */
function withPrograms(payload: Payload, direction: Direction): ExtractedResult {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  const opposite = direction === 'left' ? 'right' : 'left'
  const found = [1, 2, 3, 4, 5, 6, 7].filter(bits => bytes.includes(turn(sentence, bits, opposite)))
  return found.length === 0 ? null : eachTurned(payload, found, direction)
}

function* eachTurned(payload: Payload, all: number[], direction: Direction): Generator<Extracted> {
  for (const bits of all) yield turned(payload, bits, direction)
}

function turned(payload: Payload, bits: number, direction: Direction): Extracted {
  return [{ size: payload.length, bits, direction }, turn(payload, bits, direction)]
}

function turn(bytes: Uint8Array, bits: number, direction: Direction): Uint8Array {
  const left = direction === 'left' ? bits : 8 - bits
  const table = Uint8Array.from({ length: 256 }, (_, byte) => (byte << left) | (byte >>> (8 - left)))
  const content = new Uint8Array(bytes.length)
  for (let index = 0; index < content.length; index++) content[index] = table[bytes[index] ?? 0] ?? 0
  return content
}
