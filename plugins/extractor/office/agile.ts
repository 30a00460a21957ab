import { createDecipheriv } from 'node:crypto'
import { digest, hashName, type Lock, spin, uint32 } from './passwords.ts'
import { type XmlTag, xmlTags, xmlText } from './xml.ts'

/** Decrypts a package of bytes. */
export type Decrypter = (encrypted: Buffer) => Buffer

/** How one thing is encrypted ([MS-OFFCRYPTO] 2.3.4.10). */
interface Cipher {
  salt: Buffer
  keySize: number
  algorithm: string
}

const blockSize = 16
const segmentSize = 4096

/** What goes into the hash for each use of the password ([MS-OFFCRYPTO] 2.3.4.11). */
const forInput = Buffer.from('fea7d2763b4b9e79', 'hex')
const forValue = Buffer.from('d7aa0f6d3061344e', 'hex')
const forKey = Buffer.from('146e0be7abacd0d6', 'hex')

/** Agile encryption, as the XML tells of it. Text: why it cannot be opened. */
export function agileLock(info: Buffer): Lock<Decrypter> | string {
  const tags = [...xmlTags(xmlText(info.subarray(0, maxInfo)))]
  const data = tags.find(tag => tag.name === 'keyData')
  const encryptor = tags.find(tag => tag.name === 'encryptedKey')
  if (!data || !encryptor) return 'the description of the encryption is damaged'
  const package_ = readCipher(data)
  const own = readCipher(encryptor)
  if (typeof package_ === 'string') return package_
  if (typeof own === 'string') return own
  const rounds = Number(encryptor.attribute('spinCount'))
  if (!Number.isInteger(rounds) || rounds < 0) return 'the description of the encryption is damaged'
  const verifier = {
    input: bytesOf(encryptor, 'encryptedVerifierHashInput'),
    value: bytesOf(encryptor, 'encryptedVerifierHashValue'),
    key: bytesOf(encryptor, 'encryptedKeyValue'),
  }
  return {
    kind: `agile, AES-${8 * package_.keySize}, ${own.algorithm.toUpperCase()}`,
    rounds,
    async open(password, task) {
      const base = await spin(own.algorithm, { salt: own.salt, password, rounds }, task)
      const open = (use: Buffer, bytes: Buffer) =>
        decryptCbc(fit(digest(own.algorithm, base, use), own.keySize), fit(own.salt, blockSize), bytes)
      const wanted = digest(own.algorithm, open(forInput, verifier.input))
      const told = open(forValue, verifier.value).subarray(0, wanted.length)
      if (!told.equals(wanted)) return null
      const key = fit(open(forKey, verifier.key), package_.keySize)
      return encrypted => decryptPackage(encrypted, key, package_)
    },
  }
}

/** The XML has some 1500 characters. */
const maxInfo = 2 ** 16

function readCipher(tag: XmlTag): Cipher | string {
  const keySize = Number(tag.attribute('keyBits')) / 8
  const algorithm = hashName(tag.attribute('hashAlgorithm') ?? '')
  const isAes = tag.attribute('cipherAlgorithm') === 'AES' && [16, 24, 32].includes(keySize)
  const isKnown = isAes && tag.attribute('cipherChaining') === 'ChainingModeCBC' && algorithm !== undefined
  if (!isKnown) return 'encrypted in a way that is not supported'
  return { salt: bytesOf(tag, 'saltValue'), keySize, algorithm }
}

/** Whole blocks only. */
function bytesOf(tag: XmlTag, name: string): Buffer {
  return Buffer.from(tag.attribute(name) ?? '', 'base64')
}

/** A key or vector of the size that is needed: cut, or filled up. */
function fit(bytes: Buffer, size: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(size, 0x36)]).subarray(0, size)
}

function decryptCbc(key: Buffer, vector: Buffer, bytes: Buffer): Buffer {
  const decipher = createDecipheriv(`aes-${8 * key.length}-cbc`, key, vector).setAutoPadding(false)
  return decipher.update(bytes.subarray(0, bytes.length & ~(blockSize - 1)))
}

/** Segments of 4096 bytes, each with a vector of its own ([MS-OFFCRYPTO] 2.3.4.15). */
function decryptPackage(encrypted: Buffer, key: Buffer, { salt, algorithm }: Cipher): Buffer {
  const content = Buffer.alloc(encrypted.length & ~(blockSize - 1))
  for (let at = 0, segment = 0; at < content.length; at += segmentSize, segment++) {
    const vector = fit(digest(algorithm, salt, uint32(segment)), blockSize)
    content.set(decryptCbc(key, vector, encrypted.subarray(at, at + segmentSize)), at)
  }
  return content
}
