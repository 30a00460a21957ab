import { createCipheriv, createDecipheriv } from 'node:crypto'
import { digest, md5 } from './digest.ts'
import { rc4 } from './rc4.ts'

/** What of an encryption dictionary the key depends on (ISO 32000-2, tables 20 and 21). */
export interface KeyFacts {
  version: number
  revision: number
  /** Bits of the key that are told. */
  length: number
  owner: Uint8Array
  user: Uint8Array
  ownerKey: Uint8Array
  userKey: Uint8Array
  permissions: number
  isMetadataPlain: boolean
}

/** What is put behind a password that is shorter (ISO 32000-2, 7.6.4.3.2). */
export const padding = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex')

/** The key of a document, when the password is that of its user or of its owner; null when it is neither. */
export function fileKey(facts: KeyFacts, id: Uint8Array, password: string): Uint8Array | null {
  return facts.revision >= 5 ? longKey(facts, password) : shortKey(facts, id, password)
}

function shortKey(facts: KeyFacts, id: Uint8Array, password: string): Uint8Array | null {
  for (const bytes of encodings(password)) {
    for (const size of keySizes(facts)) {
      const key = userKeyOf(facts, id, bytes, size)
      if (isUser(facts, id, key)) return key
      const ownerKey = userKeyOf(facts, id, userPassword(facts, bytes, size), size)
      if (isUser(facts, id, ownerKey)) return ownerKey
    }
  }
  return null
}

/** Passwords are in PDFDocEncoding, in practice Latin-1; some programs write UTF-8. */
function encodings(password: string): Buffer[] {
  const [latin1, utf8] = [Buffer.from(password, 'latin1'), Buffer.from(password)]
  return latin1.equals(utf8) ? [latin1] : [latin1, utf8]
}

/** In bytes. A document may tell any length: what the format does not know is not believed. */
function keySizes({ revision, length }: KeyFacts): number[] {
  const told = length % 8 === 0 && length >= 40 && length <= 128 ? length / 8 : 16
  if (revision < 3) return [5]
  return [...new Set([told, 16])]
}

/** Algorithm 2. */
export function userKeyOf(facts: KeyFacts, id: Uint8Array, password: Uint8Array, size: number): Uint8Array {
  const permissions = Buffer.alloc(4)
  permissions.writeInt32LE(facts.permissions | 0)
  const flag = facts.revision >= 4 && facts.isMetadataPlain ? Buffer.alloc(4, 0xff) : Buffer.alloc(0)
  let key = md5(padded(password), facts.owner.subarray(0, 32), permissions, id, flag)
  if (facts.revision >= 3) for (let round = 0; round < 50; round++) key = md5(key.subarray(0, size))
  return key.subarray(0, size)
}

function padded(password: Uint8Array): Buffer {
  return Buffer.concat([password, padding], 32)
}

/** Algorithms 4 and 5: what U must be; of revision 3 and later only the first half counts. */
export function userHash(facts: KeyFacts, id: Uint8Array, key: Uint8Array): Uint8Array {
  if (facts.revision < 3) return rc4(key, padding)
  return rc4Rounds(key, md5(padding, id), rounds)
}

const rounds = Array.from({ length: 20 }, (_, round) => round)

function rc4Rounds(key: Uint8Array, data: Uint8Array, order: readonly number[]): Uint8Array {
  return order.reduce(
    (bytes, round) =>
      rc4(
        key.map(byte => byte ^ round),
        bytes,
      ),
    data,
  )
}

function isUser(facts: KeyFacts, id: Uint8Array, key: Uint8Array): boolean {
  const wanted = userHash(facts, id, key)
  return Buffer.compare(wanted, facts.user.subarray(0, wanted.length)) === 0
}

/** Algorithm 3, steps a to d: the key that O is encrypted with. */
export function ownerKeyOf(revision: number, password: Uint8Array, size: number): Uint8Array {
  let key = md5(padded(password))
  if (revision >= 3) for (let round = 0; round < 50; round++) key = md5(key.subarray(0, size))
  return key.subarray(0, size)
}

/** Algorithm 7: the password of the user, if this is that of the owner. */
function userPassword({ revision, owner }: KeyFacts, password: Uint8Array, size: number): Uint8Array {
  const key = ownerKeyOf(revision, password, size)
  return rc4Rounds(key, owner.subarray(0, 32), revision >= 3 ? rounds.toReversed() : [0])
}

/** Longest password of AES-256 in bytes. */
const maxLength = 127

/** Algorithm 2.A: hash, salt of the check and salt of the key are 32, 8 and 8 bytes. */
function longKey(facts: KeyFacts, password: string): Uint8Array | null {
  const bytes = Buffer.from(password.normalize('NFKC')).subarray(0, maxLength)
  const user = facts.user.subarray(0, 48)
  const none = new Uint8Array()
  const ways = [
    { hash: user, wrapped: facts.userKey, with: none },
    { hash: facts.owner.subarray(0, 48), wrapped: facts.ownerKey, with: user },
  ]
  for (const way of ways) {
    if (way.hash.length < 48 || way.wrapped.length < 32) continue
    const hashOf = (salt: Uint8Array) => longHash(facts.revision, bytes, salt, way.with)
    if (Buffer.compare(hashOf(way.hash.subarray(32, 40)), way.hash.subarray(0, 32)) !== 0) continue
    return unwrap(hashOf(way.hash.subarray(40, 48)), way.wrapped.subarray(0, 32))
  }
  return null
}

function unwrap(key: Uint8Array, wrapped: Uint8Array): Uint8Array {
  return createDecipheriv('aes-256-cbc', key, Buffer.alloc(16)).setAutoPadding(false).update(wrapped)
}

/** Algorithm 2.B; revision 5, an extension of Adobe's, stops after its first step. At most 288 rounds. */
export function longHash(
  revision: number,
  password: Uint8Array,
  salt: Uint8Array,
  user: Uint8Array,
): Uint8Array {
  let key = digest('sha256', [password, salt, user])
  if (revision === 5) return key
  for (let round = 0, last = 0; round < 64 || last > round - 32; round++) {
    const piece = Buffer.concat([password, key, user])
    const cipher = createCipheriv('aes-128-cbc', key.subarray(0, 16), key.subarray(16, 32))
    const mixed = cipher.setAutoPadding(false).update(Buffer.alloc(piece.length * 64, piece))
    const kind = mixed.subarray(0, 16).reduce((sum, byte) => sum + byte, 0) % 3
    key = digest(['sha256', 'sha384', 'sha512'][kind] ?? 'sha256', [mixed])
    last = mixed.at(-1) ?? 0
  }
  return key.subarray(0, 32)
}
