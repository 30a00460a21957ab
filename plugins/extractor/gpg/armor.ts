/** A part of a payload that may hold messages. */
export interface Block {
  /** Where it begins in the payload. */
  offset: number
  /** `packets`: bytes of OpenPGP packets; `text`: text that is signed in the clear. */
  kind: 'packets' | 'text'
  bytes: Uint8Array
}

const begin = '-----BEGIN PGP '

/** Every armored message and every text signed in the clear (RFC 9580, 6 and 7). A block without its end ends where the next begins. */
export function* readArmor(payload: Uint8Array): Generator<Block> {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  for (let at = findBegin(bytes, 0); at >= 0; ) {
    const next = findBegin(bytes, at + begin.length)
    const section = bytes.subarray(at + begin.length, next < 0 ? bytes.length : next)
    const hasSignature = next >= 0 && startsWith(bytes.subarray(next + begin.length), 'SIGNATURE-----')
    if (isLine(section, 'MESSAGE-----')) yield readBlock('packets', at, section)
    else if (isLine(section, 'SIGNED MESSAGE-----') && hasSignature) yield readBlock('text', at, section)
    at = next
  }
}

function isLine(bytes: Buffer, text: string): boolean {
  return (
    startsWith(bytes, text) && /^[ \t]*\r?\n/.test(bytes.toString('latin1', text.length, text.length + 80))
  )
}

/** What is part of a signed text has `- ` before it. */
function findBegin(bytes: Buffer, from: number): number {
  let at = bytes.indexOf(begin, from)
  while (at > 1 && bytes[at - 1] === 0x20 && bytes[at - 2] === 0x2d) at = bytes.indexOf(begin, at + 1)
  return at
}

function startsWith(bytes: Buffer, text: string): boolean {
  return bytes.toString('latin1', 0, text.length) === text
}

function readBlock(kind: Block['kind'], offset: number, section: Buffer): Block {
  const body = section.subarray(endOfHeaders(section))
  return { offset, kind, bytes: kind === 'text' ? clearText(body) : decode(body) }
}

/** Headers are lines with a colon, then comes an empty one. Mail programs put `>` and blanks before what they quote. */
function endOfHeaders(section: Buffer): number {
  for (let at = section.indexOf('\n') + 1; at > 0; ) {
    const next = section.indexOf('\n', at) + 1
    const line = section.toString('latin1', at, Math.min(next || section.length, at + maxHeader))
    if (/^[> \t\r\n]*$/.test(line)) return next || section.length
    if (!line.includes(':')) return at
    at = next
  }
  return section.length
}

/** Of a header line this much is looked at. */
const maxHeader = 1000

/** Base64 up to `=`, with which the checksum begins, or the last line. Marks of quoting and blanks are passed over. */
function decode(body: Buffer): Uint8Array {
  const end = body.indexOf('-----')
  return Buffer.from(body.toString('latin1', 0, end < 0 ? body.length : end), 'base64')
}

/** `- ` stands before lines that begin with `-`. */
function clearText(body: Buffer): Uint8Array {
  const end = body.indexOf('\n-----') + 1
  const text = end > 0 ? body.subarray(0, end) : body
  if (!text.includes('\n- ') && text[0] !== 0x2d) return text
  return Buffer.from(text.toString('latin1').replace(/^- /gm, ''), 'latin1')
}
