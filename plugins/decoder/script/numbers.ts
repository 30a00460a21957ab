/** Bytes that are written as numbers: `77,90,144`, `0x4d, 0x5a`, `Array(77, 90, _`. */
export interface NumberRun {
  start: number
  end: number
  bytes: Buffer
}

/** Fewer numbers than this are not looked at. */
const shortest = 16
const digits = /^(?:0x|&h)?[\da-f]{1,3}/i

/** Every list of numbers from -128 to 255 with the same sign between them. */
export function* numberRuns(text: string): Generator<NumberRun, void> {
  const next = /(?<![\w.$#])-?(?:\d|&h)/gi
  for (let found = next.exec(text); found; found = next.exec(text)) {
    const run = readRun(text, found.index)
    if (run.bytes.length >= shortest) yield run
    next.lastIndex = Math.max(run.end, found.index + 1)
  }
}

function readRun(text: string, start: number): NumberRun {
  const bytes: number[] = []
  let [at, end, sign] = [start, start, '']
  for (;;) {
    const number = readNumber(text, at)
    if (!number) break
    bytes.push(number.value & 0xff)
    end = number.end
    const separator =
      /^(?:[ \t]?_?[\r\n]{1,2}[ \t]{0,40})?[ \t]{0,4}([,;:|!/*~^._+-]?)[ \t]{0,4}(?:_?[\r\n]{1,2}[ \t]{0,40})?/.exec(
        text.slice(end, end + 110),
      )
    if (!separator || separator[0] === '' || (bytes.length > 1 && separator[1] !== sign)) break
    sign = separator[1] ?? ''
    at = end + separator[0].length
  }
  return { start, end, bytes: Buffer.from(bytes) }
}

function readNumber(text: string, at: number): { value: number; end: number } | null {
  const isNegative = text[at] === '-'
  const written = digits.exec(text.slice(at + Number(isNegative), at + 7))?.[0]
  if (!written) return null
  const isHex = /^(?:0x|&h)/i.test(written)
  const value = isHex ? Number.parseInt(written.slice(2), 16) : Number(written)
  const end = at + Number(isNegative) + written.length
  const isByte = value <= 255 && (!isNegative || value <= 128)
  return isByte && !/[\w.]/.test(text[end] ?? '') ? { value: isNegative ? -value : value, end } : null
}
