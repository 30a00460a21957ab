/** Encoded scripts (screnc of Windows Script): `#@~^`, length, body, checksum, `==^#~@`. */
const opening = '#@~^'
const closing = '==^#~@'
/** Behind the opening, and before the closing: six digits of Base64 each, the first with their own padding. */
const lengthSize = 8
const checksumSize = 6

/** What the bytes 9 and 32 to 127 mean in each of three alphabets, as published for the format: there is no rule to them. */
const alphabets = `
  576E7B 2E2D32 477530 7A5221 566029 42715B 6A5E38 2F4933 265C3D 496258 417D3A 342935 323665 5B2039 767C5C 727A56
  437F73 386B66 39634E 703345 452B6B 686862 715159 4F6678 09765E 62317D 44644A 23546D 754371 4A4C41 7E3A60 4A4C41
  5E7E53 404C40 774542 4A2C27 612A48 5D7472 222775 4B3731 6F4437 4E794D 3B5952 4C2F22 506F54 67266A 2A7247 7D6A64
  74392D 547B20 2B3F7F 2D382E 2C774C 30675D 6E537E 6B476C 66346F 357879 255D74 213043 642326 4D5A76 525B25 636C24
  3F482B 7B5528 787023 296941 282E34 734C09 59212A 332444 7F4E3F 6D5077 55093B 535655 7C7369 3A3561 5F6163 654B50
  465867 583B51 315749 69224F 6C6D46 5A4D68 48257C 272836 5C4670 3D4A6E 24327A 79412F 373D5F 605F4B 514F5A 20422C
  366557
`
/** Which alphabet a character is written in, over and over. */
const order = '0120121221210212021200122102122100212120200120210212001220012021'

/** Characters that would end a script in a page are written as two. */
const escapes: Readonly<Record<string, string>> = { '&': '\n', '#': '\r', '*': '>', '!': '<', $: '@' }

/** A block of encoded script: its place in the text, and what it says. */
export interface EncodedBlock {
  start: number
  end: number
  text: string
}

/** Every block of JScript.Encode or VBScript.Encode; the last one may be cut. */
export function* encodedBlocks(text: string): Generator<EncodedBlock, void> {
  for (let start = text.indexOf(opening); start >= 0; start = text.indexOf(opening, start)) {
    const body = start + opening.length + lengthSize
    const found = text.indexOf(closing, body)
    const end = found < 0 ? text.length : found
    yield {
      start,
      end: found < 0 ? end : found + closing.length,
      text: decode(text.slice(body, found < 0 ? end : end - checksumSize)),
    }
    if (found < 0) return
    start = found + closing.length
  }
}

const meanings = alphabets.trim().split(/\s+/)

function decode(body: string): string {
  const decoded: string[] = []
  let count = 0
  for (let at = 0; at < body.length; at++) {
    const code = body.charCodeAt(at)
    const special = code === 0x40 ? escapes[body[at + 1] ?? ''] : undefined
    if (special !== undefined) at++
    decoded.push(special ?? meaning(code, count))
    if (code < 128) count++
  }
  return decoded.join('')
}

function meaning(code: number, count: number): string {
  const triple = code === 9 ? meanings[0] : meanings[code - 31]
  if (triple === undefined || code === 31 || isNeverEncoded(code)) return String.fromCharCode(code)
  const column = Number(order[count % order.length]) * 2
  return String.fromCharCode(Number.parseInt(triple.slice(column, column + 2), 16))
}

/** `<`, `>` and `@`. */
function isNeverEncoded(code: number): boolean {
  return code === 0x3c || code === 0x3e || code === 0x40
}
