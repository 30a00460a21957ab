/**
 * Why a PDF must not be given to pdf.js, null when it may: some small ones keep it busy for minutes or hours in one step
 * that no time limit can end. Linear in the payload.
 */
export function trapIn(bytes: Buffer): string | null {
  const text = bytes.toString('latin1')
  return falseKeyLength(text) ?? unclosedObjects(text)
}

/** Bits of the longest key that the format knows (ISO 32000-2, 7.6.2). */
const longestKey = 256

/** pdf.js believes the length of the key and hashes that many bits a hundred times. More than the whole file is a lie. */
function falseKeyLength(text: string): string | null {
  if (!text.includes('/Encrypt') || !text.includes('/Standard')) return null
  const limit = Math.max(longestKey, text.length)
  for (const [, digits = ''] of text.matchAll(/\/Length[\0\s]*\+?(\d+)/g)) {
    if (Number(digits) > limit)
      return `a length of ${digits.slice(0, 20)} in an encrypted file of ${text.length} bytes`
  }
  return null
}

/** Characters that pdf.js may read in vain: about two seconds. */
const maxSteps = 2e8

/**
 * Where pdf.js has to find the objects by itself, it parses each whose number was there before, and one that is not
 * closed up to the end of the file.
 */
function unclosedObjects(text: string): string | null {
  const known = new Set<number>()
  let [start, steps] = [-1, 0]
  for (const { 0: word, 1: digits, index } of text.matchAll(objectMark)) {
    if (start >= 0 && !isClosed(text.slice(start, index))) steps += text.length - start
    if (steps > maxSteps) return 'too many of its objects are there again and not closed'
    start = digits !== undefined && known.has(Number(digits)) ? index + word.length : -1
    if (digits !== undefined) known.add(Number(digits))
  }
  return null
}

const objectMark = /(\d{1,10})\s{1,100}\d{1,10}\s{1,100}obj\b|endobj|stream|$/g

const bracket = /\\.|[()[\]%]|<<|>>|<[^<>]*>|</gs
const closing: Record<string, string> = { '(': ')', '[': ']', '<<': '>>' }

/** Whether every bracket of an object is closed again. A comment could hide some: it counts as an open one. */
function isClosed(object: string): boolean {
  const open: string[] = []
  for (const [word] of object.matchAll(bracket)) {
    const wanted = open.at(-1)
    const isInString = wanted === ')'
    if (word === wanted) open.pop()
    else if (isInString ? word === '(' : word in closing) open.push(closing[word] ?? '')
    else if (!isInString && /^[)\]%]$|^>>$|^<$/.test(word)) return false
  }
  return open.length === 0
}
