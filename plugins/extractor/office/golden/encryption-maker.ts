import { createCipheriv, createHash } from 'node:crypto'
import { recordId } from '../biff.ts'
import { rc4 } from '../legacy.ts'
import { makeCompound } from './compound-maker.ts'
import { record, u16, u32 } from './workbook-maker.ts'

const salt = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')
const otherSalt = Buffer.from('f0e1d2c3b4a5968778695a4b3c2d1e0f', 'hex')
const verifier = Buffer.from('verifier of 16 b')

function hash(algorithm: string, ...parts: Uint8Array[]): Buffer {
  return createHash(algorithm).update(Buffer.concat(parts)).digest()
}

function wide(text: string): Buffer {
  return Buffer.from(text, 'utf16le')
}

function spin(algorithm: string, password: string, rounds: number): Buffer {
  let value = hash(algorithm, salt, wide(password))
  for (let round = 0; round < rounds; round++) value = hash(algorithm, u32(round), value)
  return value
}

function padded(content: Uint8Array): Buffer {
  return Buffer.concat([content, Buffer.alloc((16 - (content.length % 16)) % 16)])
}

function withSize(content: Uint8Array, encrypted: Uint8Array): Buffer {
  return Buffer.concat([u32(content.length), u32(0), encrypted])
}

/** An encrypted package ([MS-OFFCRYPTO] 2.3.4.10 to 2.3.4.15), AES-256 and SHA-512. Its integrity is not signed. */
export function agile(content: Uint8Array, password: string, rounds: number): Buffer {
  const cipher = (key: Buffer, vector: Buffer, bytes: Uint8Array) =>
    createCipheriv('aes-256-cbc', key, vector.subarray(0, 16)).setAutoPadding(false).update(padded(bytes))
  const base = spin('sha512', password, rounds)
  const lock = (use: string, bytes: Buffer) =>
    cipher(hash('sha512', base, Buffer.from(use, 'hex')).subarray(0, 32), salt, bytes).toString('base64')
  const key = Buffer.alloc(32, 'a key of the package, never secret')
  const segments: Buffer[] = []
  for (let at = 0; at < content.length; at += 4096) {
    segments.push(cipher(key, hash('sha512', otherSalt, u32(at / 4096)), content.subarray(at, at + 4096)))
  }
  const common =
    'saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512"'
  const xml = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password"><keyData ${common} saltValue="${otherSalt.toString('base64')}"/><dataIntegrity encryptedHmacKey="" encryptedHmacValue=""/><keyEncryptors><keyEncryptor uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password"><p:encryptedKey spinCount="${rounds}" ${common} saltValue="${salt.toString('base64')}" encryptedVerifierHashInput="${lock('fea7d2763b4b9e79', verifier)}" encryptedVerifierHashValue="${lock('d7aa0f6d3061344e', hash('sha512', verifier))}" encryptedKeyValue="${lock('146e0be7abacd0d6', key)}"/></keyEncryptor></keyEncryptors></encryption>`
  const info = Buffer.concat([u16(4, 4), u32(0x40), Buffer.from(xml)])
  return makeCompound({ EncryptionInfo: info, EncryptedPackage: withSize(content, Buffer.concat(segments)) })
}

/** An encrypted package of Office 2007 ([MS-OFFCRYPTO] 2.3.4.5 to 2.3.4.9), AES-128. */
export function standard(content: Uint8Array, password: string): Buffer {
  const last = hash('sha1', spin('sha1', password, 50_000), u32(0))
  const block = Buffer.alloc(64, 0x36)
  for (const [index, byte] of last.entries()) block[index] = byte ^ 0x36
  const key = hash('sha1', block).subarray(0, 16)
  const cipher = (bytes: Uint8Array) =>
    createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(padded(bytes))
  const check = Buffer.concat([u32(16), salt, cipher(verifier), u32(20), cipher(hash('sha1', verifier))])
  const info = Buffer.concat([u16(3, 2), u32(0x24), cryptoApiHead(0x24, 0x660e, 128), check])
  return makeCompound({ EncryptionInfo: info, EncryptedPackage: withSize(content, cipher(content)) })
}

/** Length and head of an encryption ([MS-OFFCRYPTO] 2.3.2). */
function cryptoApiHead(flags: number, cipher: number, bits: number): Buffer {
  const provider = wide('Microsoft Enhanced Cryptographic Provider v1.0\0')
  const numbers = [flags, 0, cipher, 0x8004, bits, cipher === 0x660e ? 24 : 1, 0, 0].map(u32)
  const head = Buffer.concat([...numbers, provider])
  return Buffer.concat([u32(head.length), head])
}

/** What RC4 of documents needs: the key of each block, and what goes before the content. */
export interface Rc4Maker {
  header: Buffer
  keys: (block: number) => Buffer
}

/** 40 bits ([MS-OFFCRYPTO] 2.3.6). */
export function oldRc4(password: string): Rc4Maker {
  const first = hash('md5', wide(password)).subarray(0, 5)
  const base = hash('md5', ...Array.from({ length: 16 }, () => Buffer.concat([first, salt]))).subarray(0, 5)
  const keys = (block: number) => hash('md5', base, u32(block))
  const check = rc4(keys(0), Buffer.concat([verifier, hash('md5', verifier)]))
  return { header: Buffer.concat([u16(1, 1), salt, check]), keys }
}

/** 128 bits ([MS-OFFCRYPTO] 2.3.5). */
export function cryptoApiRc4(password: string): Rc4Maker {
  const base = hash('sha1', salt, wide(password))
  const keys = (block: number) => hash('sha1', base, u32(block)).subarray(0, 16)
  const check = rc4(keys(0), Buffer.concat([verifier, hash('sha1', verifier)]))
  const head = [u16(2, 2), u32(4), cryptoApiHead(4, 0x6801, 128), u32(16), salt]
  return { header: Buffer.concat([...head, check.subarray(0, 16), u32(20), check.subarray(16)]), keys }
}

/** Encrypts a stream block by block. */
export function rc4Stream(stream: Uint8Array, { keys }: Rc4Maker, blockSize: number): Buffer {
  const blocks: Buffer[] = []
  for (let at = 0, block = 0; at < stream.length; at += blockSize, block++) {
    blocks.push(rc4(keys(block), stream.subarray(at, at + blockSize)))
  }
  return Buffer.concat(blocks)
}

/** The record that says how a workbook is encrypted. */
export function filePass(type: number, header: Buffer): Buffer {
  return record(recordId.filePass, Buffer.concat([u16(type), header]))
}

/** Encrypts the records of a workbook stream that has its FILEPASS already: `encrypt` gives what stands at an offset. */
export function encryptRecords(stream: Buffer, encrypt: (at: number, size: number) => number): Buffer {
  const out = Buffer.from(stream)
  for (let at = 0; at + 4 <= stream.length; ) {
    const [id, size] = [stream.readUInt16LE(at), stream.readUInt16LE(at + 2)]
    const skip = id === recordId.boundSheet ? 4 : 0
    if (id !== recordId.bof && id !== recordId.filePass) {
      for (let byte = at + 4 + skip; byte < at + 4 + size; byte++) out[byte] = encrypt(byte, size)
    }
    at += 4 + size
  }
  return out
}

/** The streams of a .doc whose text follows its head, encrypted as its flags then say. */
export function encryptedDocument(text: string, maker: Rc4Maker): Record<string, Buffer> {
  const document = makeFib(text, 0x0100 | 0x0200, maker.header.length)
  const table = Buffer.concat([maker.header, Buffer.alloc(600, 'table ')])
  return {
    WordDocument: Buffer.concat([document.subarray(0, 68), rc4Stream(document, maker, 512).subarray(68)]),
    '1Table': Buffer.concat([maker.header, rc4Stream(table, maker, 512).subarray(maker.header.length)]),
  }
}

/** The beginning of `WordDocument` ([MS-DOC] 2.5.1) as far as anybody looks here, and text. */
export function makeFib(text: string, flags: number, key = 0): Buffer {
  const head = Buffer.alloc(1024)
  head.writeUInt16LE(0xa5ec, 0)
  head.writeUInt16LE(0x00c1, 2)
  head.writeUInt16LE(flags, 10)
  head.writeUInt32LE(key, 14)
  return Buffer.concat([head, Buffer.from(text, 'latin1')])
}
