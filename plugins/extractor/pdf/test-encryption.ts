import { createCipheriv, createHash } from 'node:crypto'
import { md5 } from './digest.ts'
import { objectKey } from './encryption.ts'
import { type KeyFacts, longHash, ownerKeyOf, padding, userHash, userKeyOf } from './passwords.ts'
import { rc4 } from './rc4.ts'

export type Cipher = 'RC4-40' | 'RC4-128' | 'AES-128' | 'AES-256-R5' | 'AES-256'

/** How a document of a test is encrypted. */
export interface MadeEncryption {
  cipher: Cipher
  user: string
  owner?: string
}

/** Fixed identifier of every document that is made. */
export const id = Buffer.from('00112233445566778899aabbccddeeff', 'hex')

/** Encrypts for an object, and gives the encryption dictionary. The same every time: vectors and salts are fixed. */
export interface Encryptor {
  dictionary: string
  encrypt(content: Uint8Array, number: number): Buffer
}

export function makeEncryptor({ cipher, user, owner = 'owner' }: MadeEncryption): Encryptor {
  return cipher.startsWith('AES-256')
    ? longEncryptor(cipher, user, owner)
    : shortEncryptor(cipher, user, owner)
}

const cryptFilter = (method: string, length: number) =>
  `/CF << /StdCF << /CFM /${method} /AuthEvent /DocOpen /Length ${length} >> >> /StmF /StdCF /StrF /StdCF`

function shortEncryptor(cipher: Cipher, user: string, owner: string): Encryptor {
  const [version, revision, size] =
    cipher === 'RC4-40' ? [1, 2, 5] : cipher === 'RC4-128' ? [2, 3, 16] : [4, 4, 16]
  const ownerKey = ownerKeyOf(revision, Buffer.from(owner), size)
  const rounds = revision < 3 ? [0] : Array.from({ length: 20 }, (_, round) => round)
  const paddedUser = Buffer.concat([Buffer.from(user), padding], 32)
  const ownerEntry = rounds.reduce<Uint8Array>(
    (data, round) =>
      rc4(
        ownerKey.map(byte => byte ^ round),
        data,
      ),
    paddedUser,
  )
  const facts: KeyFacts = {
    ...{ version, revision, length: size * 8, owner: ownerEntry, permissions: -4, isMetadataPlain: false },
    ...{ user: Buffer.alloc(0), ownerKey: Buffer.alloc(0), userKey: Buffer.alloc(0) },
  }
  const key = userKeyOf(facts, id, Buffer.from(user), size)
  const userEntry = Buffer.concat([userHash(facts, id, key)], 32)
  const filters = cipher === 'AES-128' ? cryptFilter('AESV2', 16) : ''
  return {
    dictionary: `<< /Filter /Standard /V ${version} /R ${revision} /Length ${size * 8} /P -4 ${filters} /O ${hex(ownerEntry)} /U ${hex(userEntry)} >>`,
    encrypt: (content, number) => {
      const place = { number, generation: 0 }
      if (cipher === 'AES-128') return aes(objectKey(key, place, 'sAlT'), content)
      return Buffer.from(rc4(objectKey(key, place, ''), content))
    },
  }
}

function longEncryptor(cipher: Cipher, user: string, owner: string): Encryptor {
  const revision = cipher === 'AES-256' ? 6 : 5
  const key = createHash('sha256').update('a key of a test').digest()
  const [userEntry, userKey] = entries(revision, user, key, Buffer.alloc(0))
  const [ownerEntry, ownerKey] = entries(revision, owner, key, userEntry)
  const permissions = Buffer.concat([
    Buffer.from([0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    Buffer.from('Tadbpdfs'),
  ])
  const sealed = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(permissions)
  const values = { O: ownerEntry, U: userEntry, OE: ownerKey, UE: userKey, Perms: sealed }
  const texts = Object.entries(values).map(([name, value]) => `/${name} ${hex(value)}`)
  return {
    dictionary: `<< /Filter /Standard /V 5 /R ${revision} /Length 256 /P -4 ${cryptFilter('AESV3', 32)} ${texts.join(' ')} >>`,
    encrypt: content => aes(key, content),
  }
}

/** U and UE, or O and OE (algorithms 8 and 9). */
function entries(
  revision: number,
  password: string,
  key: Buffer,
  user: Buffer,
): [entry: Buffer, wrapped: Buffer] {
  const [check, salt] = [Buffer.from('validate'), Buffer.from('key salt')]
  const hash = (with_: Buffer) => longHash(revision, Buffer.from(password), with_, user)
  const cipher = createCipheriv('aes-256-cbc', hash(salt), Buffer.alloc(16)).setAutoPadding(false)
  return [Buffer.concat([hash(check), check, salt]), cipher.update(key)]
}

function aes(key: Uint8Array, content: Uint8Array): Buffer {
  const vector = md5(content)
  const cipher = createCipheriv(key.length === 32 ? 'aes-256-cbc' : 'aes-128-cbc', key, vector)
  return Buffer.concat([vector, cipher.update(content), cipher.final()])
}

export function hex(bytes: Uint8Array): string {
  return `<${Buffer.from(bytes).toString('hex')}>`
}
