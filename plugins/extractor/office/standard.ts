import { createDecipheriv } from 'node:crypto'
import type { Decrypter } from './agile.ts'
import { digest, type Lock, spin, uint32 } from './passwords.ts'

/** [MS-OFFCRYPTO] 2.3.2 and 2.3.3, the head and the check of standard encryption and of RC4 with CryptoAPI. */
export interface CryptoApiHeader {
  isAes: boolean
  /** Bytes. */
  keySize: number
  salt: Buffer
  verifier: Buffer
  /** Of the verifier, encrypted. */
  verifierHash: Buffer
}

const aesFlag = 0x20
const rounds = 50_000
const blockSize = 16

/** Reads what follows the version: flags, length and head, then the check; null when it is cut short. */
export function readCryptoApi(info: Buffer): CryptoApiHeader | null {
  if (info.length < 8 + 32) return null
  const flags = info.readUInt32LE(8)
  const bits = info.readUInt32LE(24)
  const check = 8 + info.readUInt32LE(4)
  if (check + 40 > info.length) return null
  return {
    isAes: (flags & aesFlag) !== 0,
    // 0 means 40 ([MS-OFFCRYPTO] 2.3.5.1)
    keySize: (bits === 0 ? 40 : bits) / 8,
    salt: info.subarray(check + 4, check + 20),
    verifier: info.subarray(check + 20, check + 36),
    verifierHash: info.subarray(check + 40),
  }
}

/** Standard encryption of a package ([MS-OFFCRYPTO] 2.3.4.7 to 2.3.4.9). Text: why it cannot be opened. */
export function standardLock(info: Buffer): Lock<Decrypter> | string {
  const header = readCryptoApi(info)
  if (!header) return 'the description of the encryption is damaged'
  const { keySize, salt, verifier, verifierHash } = header
  if (!header.isAes || ![16, 24, 32].includes(keySize)) return 'encrypted in a way that is not supported'
  return {
    kind: `standard, AES-${8 * keySize}`,
    rounds,
    async open(password, task) {
      const base = await spin('sha1', { salt, password, rounds }, task)
      const key = deriveKey(digest('sha1', base, uint32(0)), keySize)
      const wanted = digest('sha1', decryptEcb(key, verifier))
      const told = decryptEcb(key, verifierHash.subarray(0, 32)).subarray(0, wanted.length)
      return told.equals(wanted) ? encrypted => decryptEcb(key, encrypted) : null
    },
  }
}

function deriveKey(hash: Buffer, size: number): Buffer {
  const halves = [0x36, 0x5c].map(fill => {
    const block = Buffer.alloc(64, fill)
    for (const [index, byte] of hash.entries()) block[index] = byte ^ fill
    return digest('sha1', block)
  })
  return Buffer.concat(halves).subarray(0, size)
}

function decryptEcb(key: Buffer, bytes: Buffer): Buffer {
  const decipher = createDecipheriv(`aes-${8 * key.length}-ecb`, key, null).setAutoPadding(false)
  return decipher.update(bytes.subarray(0, bytes.length & ~(blockSize - 1)))
}
