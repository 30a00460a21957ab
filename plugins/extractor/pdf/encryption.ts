import { createDecipheriv } from 'node:crypto'
import { md5 } from './digest.ts'
import { fileKey, type KeyFacts } from './passwords.ts'
import { rc4 } from './rc4.ts'
import { type Dict, get, isDict, toCount, type Value } from './values.ts'

type Method = 'RC4' | 'AESV2' | 'AESV3' | 'Identity'

/** What is encrypted: strings, streams, embedded files; each may have a method of its own. */
export type Secret = 'string' | 'stream' | 'file'

/** Where encrypted bytes are: RC4 and AES-128 have a key for each object. */
export interface Place {
  number: number
  generation: number
}

/** Whether this is a dictionary of the standard security handler, by what is in it: a reference to it may be lost. */
export function isEncryptDict(dict: Dict): boolean {
  const [version, revision] = [toCount(get(dict, 'V')), toCount(get(dict, 'R'))]
  const hashes = [get(dict, 'O'), get(dict, 'U')]
  return (
    version !== null &&
    revision !== null &&
    hashes.every(hash => hash instanceof Uint8Array && hash.length >= shortestHash)
  )
}

const shortestHash = 16

/** The name of a security handler that is not the standard one, null for other dictionaries. */
export function foreignHandler(dict: Dict): string | null {
  const filter = get(dict, 'Filter')
  const isForeign =
    typeof filter === 'string' && filter !== 'Standard' && Array.isArray(get(dict, 'Recipients'))
  return isForeign || filter === 'Adobe.PubSec' ? String(filter) : null
}

/** The encryption of a document (ISO 32000-2, 7.6), open when one of the passwords opens it. */
export class Encryption {
  /** The password that opened it, null when none did. */
  readonly password: string | null
  readonly #dict: Dict
  readonly #version: number
  readonly #key: Uint8Array | null

  constructor(dict: Dict, opened: { key: Uint8Array; password: string } | null) {
    this.#dict = dict
    this.#version = toCount(get(dict, 'V')) ?? 0
    this.password = opened?.password ?? null
    this.#key = opened?.key ?? null
  }

  /** Method and bits of the key, as `AES-256`. */
  get name(): string {
    const method = this.#method('stream', null)
    const other = method === 'Identity' ? this.#method('file', null) : method
    if (other === 'AESV3') return 'AES-256'
    if (other === 'AESV2') return 'AES-128'
    return other === 'Identity' ? other : `RC4-${(this.#key?.length ?? 5) * 8}`
  }

  /** True where nothing of the kind is encrypted. `filter`: the crypt filter that the stream names by itself. */
  isPlain(secret: Secret, filter: string | null): boolean {
    return this.#method(secret, filter) === 'Identity'
  }

  /** The bytes that were encrypted, null without a password. Of the first part of them: `isPart`. */
  decrypt(
    data: Uint8Array,
    place: Place,
    what: { secret: Secret; filter?: string | null; isPart?: boolean },
  ) {
    const method = this.#method(what.secret, what.filter ?? null)
    if (method === 'Identity') return data
    if (this.#key === null) return null
    if (method === 'RC4') return rc4(objectKey(this.#key, place, ''), data)
    const key = method === 'AESV3' ? this.#key : objectKey(this.#key, place, 'sAlT')
    return decryptAes(key, data, what.isPart ?? false)
  }

  /** EFF, StmF and StrF name crypt filters in CF (ISO 32000-2, table 20 and 7.6.6); before version 4 all is RC4. */
  #method(secret: Secret, filter: string | null): Method {
    if (this.#version < 4) return 'RC4'
    const stream = filter ?? nameOr(get(this.#dict, 'StmF'), 'Identity')
    if (secret === 'stream') return this.#methodNamed(stream)
    if (secret === 'file') return this.#methodNamed(filter ?? nameOr(get(this.#dict, 'EFF'), stream))
    return this.#methodNamed(nameOr(get(this.#dict, 'StrF'), 'Identity'))
  }

  #methodNamed(name: string): Method {
    const filters = get(this.#dict, 'CF')
    const filter = isDict(filters) ? get(filters, name) : null
    const method = isDict(filter) ? get(filter, 'CFM') : null
    if (method === 'V2') return 'RC4'
    return method === 'AESV2' || method === 'AESV3' ? method : 'Identity'
  }
}

function nameOr(value: Value, other: string): string {
  return typeof value === 'string' ? value : other
}

/** Algorithm 1 of ISO 32000-2, 7.6.3.2. */
export function objectKey(key: Uint8Array, { number, generation }: Place, salt: '' | 'sAlT'): Uint8Array {
  const place = Buffer.alloc(5)
  place.writeUIntLE(number % 0x1000000, 0, 3)
  place.writeUIntLE(generation % 0x10000, 3, 2)
  return md5(key, place, Buffer.from(salt)).subarray(0, Math.min(16, key.length + 5))
}

const block = 16

/** CBC; the first block is the vector. Data that was cut is decrypted up to its last whole block, padding that is none stays. */
function decryptAes(key: Uint8Array, data: Uint8Array, isPart: boolean): Uint8Array {
  const length = data.length - (data.length % block)
  if (length < 2 * block || (key.length !== 16 && key.length !== 32)) return new Uint8Array()
  const name = key.length === 32 ? 'aes-256-cbc' : 'aes-128-cbc'
  const cipher = createDecipheriv(name, key, data.subarray(0, block)).setAutoPadding(false)
  const plain = cipher.update(data.subarray(block, length))
  const padding = plain[plain.length - 1] ?? 0
  const isPadding = !isPart && padding > 0 && padding <= block
  return isPadding ? plain.subarray(0, plain.length - padding) : plain
}

/** Facts of the dictionary that the key depends on. */
export function keyFacts(dict: Dict): KeyFacts {
  const bytes = (name: string) => {
    const value = get(dict, name)
    return value instanceof Uint8Array ? value : new Uint8Array()
  }
  const permissions = get(dict, 'P')
  return {
    version: toCount(get(dict, 'V')) ?? 0,
    revision: toCount(get(dict, 'R')) ?? 0,
    length: toCount(get(dict, 'Length')) ?? 40,
    owner: bytes('O'),
    user: bytes('U'),
    ownerKey: bytes('OE'),
    userKey: bytes('UE'),
    permissions: typeof permissions === 'number' ? permissions : 0,
    isMetadataPlain: get(dict, 'EncryptMetadata') === false,
  }
}

/** What a document may be opened with. */
export interface Attempts {
  passwords: readonly string[]
  /** First parts of the file identifiers that were found. */
  ids: readonly Uint8Array[]
  /** Called for every password; it may throw. */
  check: () => void
}

/** Opens a document with the first password that fits, as its user or its owner. */
export function openEncryption(dict: Dict, { passwords, ids, check }: Attempts): Encryption {
  const facts = keyFacts(dict)
  const none = new Uint8Array()
  for (const password of passwords) {
    check()
    // Without an identifier, or with a wrong one, an empty one may do.
    for (const id of facts.revision >= 5 ? [none] : [...ids, none]) {
      const key = fileKey(facts, id, password)
      if (key) return new Encryption(dict, { key, password })
    }
  }
  return new Encryption(dict, null)
}
