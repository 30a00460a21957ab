import { hash } from 'node:crypto'
import type { Kwargs } from 'stoq'
import type { Task } from './task.ts'

/** Something that a password opens. */
export interface Lock<Key> {
  /** For people: `agile, AES-256, SHA512`. */
  kind: string
  /** Rounds of hashing that one password takes. */
  rounds: number
  /** The key, when the password fits. */
  open(password: string, task: Task): Promise<Key | null>
}

/** What encrypted workbooks without a password are encrypted with ([MS-OFFCRYPTO] 2.4.2.3), and presentations. */
const defaults = ['VelvetSweatshop', '/01Hannes Ruescher/01']

/** Office takes no longer ones. */
const maxLength = 255

/**
 * The defaults, then `archive_passwords` (text with commas or a list; else the option), then the words of the mail that
 * carried the payload. `-` stands for no password, as for archives.
 */
export function passwordsFrom(option: readonly string[], kwargs: Kwargs): string[] {
  const given = kwargs['archive_passwords']
  const listed =
    typeof given === 'string' ? given.split(',').map(word => word.trim()) : (textsOf(given) ?? option)
  const all = [...defaults, ...listed, ...(textsOf(kwargs['password_words']) ?? [])]
  return [...new Set(all)].filter(word => word !== '' && word !== '-' && word.length <= maxLength)
}

function textsOf(value: unknown): string[] | null {
  return Array.isArray(value) ? value.map(String) : null
}

/** Passwords, and the work that trying them may take. */
export class Guesser {
  readonly #passwords: readonly string[]
  readonly #task: Task
  #rounds: number

  constructor(passwords: readonly string[], rounds: number, task: Task) {
    this.#passwords = passwords
    this.#rounds = rounds
    this.#task = task
  }

  /** The first password that fits and its key; null, and told, when none does or they take too long. */
  async open<Key>(lock: Lock<Key>): Promise<{ password: string; key: Key } | null> {
    const { length } = this.#passwords
    for (const [index, password] of this.#passwords.entries()) {
      await this.#task.breathe()
      this.#rounds -= lock.rounds + 1
      if (this.#rounds < 0) {
        const tried = `${index} of ${length} passwords tried`
        this.#task.limit('maximum_rounds', `${tried}: one takes ${lock.rounds} rounds`)
        this.#task.fault(null, `encrypted (${lock.kind}): ${tried}, none fits`)
        return null
      }
      const key = await lock.open(password, this.#task)
      if (key !== null) return { password, key }
    }
    this.#task.fault(null, `encrypted (${lock.kind}), and none of ${length} known passwords fits`)
    return null
  }
}

/** Hashes that keys are made with, by the names in use. */
const hashes = new Map([
  ['MD5', 'md5'],
  ['SHA1', 'sha1'],
  ['SHA-1', 'sha1'],
  ['SHA256', 'sha256'],
  ['SHA-256', 'sha256'],
  ['SHA384', 'sha384'],
  ['SHA-384', 'sha384'],
  ['SHA512', 'sha512'],
  ['SHA-512', 'sha512'],
])

/** The platform's name of a hash algorithm; undefined for one that no document uses. */
export function hashName(name: string): string | undefined {
  return hashes.get(name.toUpperCase())
}

/** Hash of some bytes laid end to end. */
export function digest(algorithm: string, ...parts: Uint8Array[]): Buffer {
  return hash(algorithm, Buffer.concat(parts), 'buffer')
}

/** A number in four bytes. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** How many rounds go by before other work has its turn. */
const turn = 4096

/** H(0) is of salt and password, H(n) of n-1 and H(n-1) ([MS-OFFCRYPTO] 2.3.4.7, 2.3.4.11). */
export async function spin(
  algorithm: string,
  { salt, password, rounds }: { salt: Uint8Array; password: string; rounds: number },
  task: Task,
): Promise<Buffer> {
  const start = digest(algorithm, salt, Buffer.from(password, 'utf16le'))
  const input = Buffer.alloc(4 + start.length)
  input.set(start, 4)
  for (let round = 0; round < rounds; round++) {
    input.writeUInt32LE(round)
    input.set(hash(algorithm, input, 'buffer'), 4)
    if (round % turn === turn - 1) await task.breathe()
  }
  return Buffer.from(input.subarray(4))
}
