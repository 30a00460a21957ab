import { createCipheriv, createHmac, pbkdf2Sync } from 'node:crypto'

/** How a member is encrypted. */
export type ZipCipher =
  /** Traditional encryption (APPNOTE 6.1); `checks`: values that the last byte of the deciphered header may have. */
  | { kind: 'zipcrypto'; checks: readonly number[] }
  /** WinZip AE-1 and AE-2; strength 1, 2, 3: keys of 128, 192, 256 bits. */
  | { kind: 'aes'; strength: number }

/** The plain data of a member, null when the password is wrong. A right check alone proves nothing: compare the CRC. */
export function decipher(cipher: ZipCipher, data: Uint8Array, password: string): Uint8Array | null {
  const key = Buffer.from(password, 'utf8')
  return cipher.kind === 'aes'
    ? decipherAes(cipher.strength, data, key)
    : decipherTraditional(cipher.checks, data, key)
}

const headerSize = 12

function decipherTraditional(
  checks: readonly number[],
  data: Uint8Array,
  password: Uint8Array,
): Uint8Array | null {
  if (data.length < headerSize) return null
  const keys = new Keys(password)
  const header = keys.decipher(data.subarray(0, headerSize))
  if (!checks.includes(header[headerSize - 1] ?? -1)) return null
  return keys.decipher(data.subarray(headerSize))
}

/** The three keys of traditional encryption. */
class Keys {
  #key0 = 0x12345678
  #key1 = 0x23456789
  #key2 = 0x34567890

  constructor(password: Uint8Array) {
    for (const byte of password) this.#update(byte)
  }

  decipher(data: Uint8Array): Uint8Array {
    const plain = new Uint8Array(data.length)
    for (let index = 0; index < data.length; index++) {
      const word = (this.#key2 | 2) & 0xffff
      const byte = (data[index] ?? 0) ^ (((word * (word ^ 1)) >>> 8) & 0xff)
      plain[index] = byte
      this.#update(byte)
    }
    return plain
  }

  #update(byte: number): void {
    this.#key0 = nextCrc(this.#key0, byte)
    this.#key1 = (Math.imul(this.#key1 + (this.#key0 & 0xff), 134775813) + 1) | 0
    this.#key2 = nextCrc(this.#key2, this.#key1 >>> 24)
  }
}

const crcTable = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

function nextCrc(crc: number, byte: number): number {
  return (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0)
}

const verifierSize = 2
const authenticationSize = 10

/** Salt, verifier, data, authentication code: www.winzip.com/en/support/aes-encryption. */
function decipherAes(strength: number, data: Uint8Array, password: Uint8Array): Uint8Array | null {
  const keySize = 8 + strength * 8
  const saltSize = keySize / 2
  const start = saltSize + verifierSize
  const end = data.length - authenticationSize
  if (end < start) return null
  const derived = pbkdf2Sync(password, data.subarray(0, saltSize), 1000, keySize * 2 + verifierSize, 'sha1')
  if (!derived.subarray(keySize * 2).equals(data.subarray(saltSize, start))) return null
  const body = data.subarray(start, end)
  const code = createHmac('sha1', derived.subarray(keySize, keySize * 2))
    .update(body)
    .digest()
  if (!code.subarray(0, authenticationSize).equals(data.subarray(end))) return null
  return xorWithCounters(body, derived.subarray(0, keySize))
}

const block = 16
const blocksAtOnce = 4096

/** Counter mode with a little-endian counter from 1, which OpenSSL does not have: it enciphers the counters, we the rest. */
function xorWithCounters(data: Uint8Array, key: Uint8Array): Uint8Array {
  const plain = new Uint8Array(data.length)
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null)
  const counters = new Uint8Array(block * blocksAtOnce)
  const view = new DataView(counters.buffer)
  for (let at = 0; at < data.length; at += counters.length) {
    for (let index = 0; index < blocksAtOnce; index++) {
      view.setUint32(index * block, at / block + index + 1, true)
    }
    const stream = cipher.update(counters)
    const end = Math.min(data.length, at + counters.length)
    for (let index = at; index < end; index++) plain[index] = (data[index] ?? 0) ^ (stream[index - at] ?? 0)
  }
  return plain
}
