/**
 * The fuzzy hash `blocksize:hash:hash at twice the block size` of a payload, equal to what ssdeep 2.14 prints.
 * Linear in time, constant in memory. Source: Kornblum, "Identifying almost identical files using context
 * triggered piecewise hashing" (2006): a sum over the last seven bytes cuts the payload into pieces, and each
 * piece becomes a letter. Block sizes are 3 * 2^level.
 */
export function getSsdeep(payload: Uint8Array): string {
  const top = levelForLength(payload.length)
  const { level, full, half, sum } = findCuts(payload, Math.max(0, top - 4), top)
  return `${blockSize(level)}:${spell(payload, full, fullLength, sum)}:${spell(payload, half, halfLength, sum)}`
}

/**
 * How alike two payloads are by their fuzzy hashes, 0 to 100, as ssdeep 2.14 scores them; null when a text is no
 * fuzzy hash. Hashes whose block sizes differ by more than a factor of two score 0.
 */
export function compareSsdeep(hashA: string, hashB: string): number | null {
  const a = parse(hashA)
  const b = parse(hashB)
  if (a === null || b === null) return null
  if (a.blockSize === b.blockSize) return compareAtSameSize(a, b)
  if (a.blockSize * 2 === b.blockSize) return score(a.half, b.full, b.blockSize)
  if (b.blockSize * 2 === a.blockSize) return score(a.full, b.half, a.blockSize)
  return 0
}

/** How alike two payloads are, 0 to 100: hashes both and compares the hashes. */
export function compareSsdeepPayloads(payloadA: Uint8Array, payloadB: Uint8Array): number | null {
  return compareSsdeep(getSsdeep(payloadA), getSsdeep(payloadB))
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const fullLength = 64
const halfLength = 32

/** Where a payload is cut at one level: the ends of its first pieces, the end of its last, and how many there are. */
interface Cuts {
  ends: number[]
  last: number
  count: number
}

interface Choice {
  level: number
  full: Cuts
  half: Cuts
  /** The rolling sum after the last byte. */
  sum: number
}

function blockSize(level: number): number {
  return 3 * 2 ** level
}

/** The level at which a payload of this length should give half a hash to a full one. */
function levelForLength(length: number): number {
  let level = 0
  while (blockSize(level) * fullLength < length) level++
  return level
}

/** Takes the highest level up to `top` that gives half a hash. When none down to `floor` does, all levels are tried: a second pass at most. */
function findCuts(payload: Uint8Array, floor: number, top: number): Choice {
  const levels = Array.from({ length: top - floor + 2 }, (): Cuts => ({ ends: [], last: 0, count: 0 }))
  const cutsOf = (level: number) => levels[level - floor] as Cuts
  const sum = roll(payload, floor, levels)
  let level = top
  while (level > floor && cutsOf(level).count < halfLength) level--
  if (level > 0 && cutsOf(level).count < halfLength) return findCuts(payload, 0, top)
  return { level, full: cutsOf(level), half: cutsOf(level + 1), sum }
}

/**
 * Books every cut of the levels from `floor` on, and gives the rolling sum after the last byte. The window's size
 * stands here as a plain 7: as a named constant of the module it halves the speed.
 */
function roll(payload: Uint8Array, floor: number, levels: Cuts[]): number {
  const length = payload.length
  const mask = (1 << floor) - 1
  let plain = 0
  let weighted = 0
  let shifted = 0
  let sum = 0
  for (let index = 0; index < length; index++) {
    const byte = payload[index] as number
    weighted = (weighted - plain + 7 * byte) | 0
    plain = (plain + byte - (index < 7 ? 0 : (payload[index - 7] as number))) | 0
    shifted = (shifted << 5) ^ byte
    sum = (plain + weighted + shifted) | 0
    // sum % blockSize === blockSize - 1, taken apart: a division for every byte would cost more than all the rest.
    if ((sum & mask) === mask && (sum >>> 0) % 3 === 2) book(levels, floor, sum, index + 1)
  }
  return sum
}

/** A cut at one level is a cut at all lower ones too. */
function book(levels: Cuts[], floor: number, sum: number, end: number): void {
  for (let index = 0, mask = (1 << floor) - 1; index < levels.length && (sum & mask) === mask; index++) {
    const cuts = levels[index] as Cuts
    if (cuts.ends.length < fullLength) cuts.ends.push(end)
    cuts.last = end
    cuts.count++
    mask = mask * 2 + 1
  }
}

/** One letter for each piece; the last letter stands for all that is left when the hash is full. */
function spell(payload: Uint8Array, cuts: Cuts, length: number, sum: number): string {
  let text = ''
  let start = 0
  for (const end of cuts.ends.slice(0, length - 1)) {
    text += letter(payload, start, end)
    start = end
  }
  if (sum !== 0) return text + letter(payload, start, payload.length)
  // A payload that ends in zeros: what follows the last cut has no letter.
  return cuts.count < length ? text : text + letter(payload, start, cuts.last)
}

/** The lowest six bits of the 32-bit FNV hash of a piece, with spamsum's own start value. */
function letter(payload: Uint8Array, start: number, end: number): string {
  let hash = 0x28021967
  for (let index = start; index < end; index++)
    hash = Math.imul(hash, 0x01000193) ^ (payload[index] as number)
  return letters[hash & 63] as string
}

interface FuzzyHash {
  blockSize: number
  /** Letters at the block size, and at twice the block size. */
  full: string
  half: string
}

/** A hash may be followed by `,"filename"`. A letter repeated more than three times says nothing more. */
function parse(hash: string): FuzzyHash | null {
  const match = /^(\d{1,10}):([A-Za-z0-9+/]{0,64}):([A-Za-z0-9+/]{0,64})(?:,|$)/.exec(hash)
  if (match === null) return null
  const [, blockSize = '', full = '', half = ''] = match
  return { blockSize: Number(blockSize), full: shortenRuns(full), half: shortenRuns(half) }
}

function shortenRuns(text: string): string {
  return text.replace(/(.)\1{3,}/g, '$1$1$1')
}

function compareAtSameSize(a: FuzzyHash, b: FuzzyHash): number {
  if (a.full === b.full && a.half === b.half) return 100
  return Math.max(score(a.full, b.full, a.blockSize), score(a.half, b.half, a.blockSize * 2))
}

/** The edit distance as a share of the lengths, 100 for none; small block sizes cannot score high on short hashes. */
function score(a: string, b: string, blockSize: number): number {
  if (!shareWindow(a, b)) return 0
  const distance = Math.trunc((editDistance(a, b) * fullLength) / (a.length + b.length))
  const likeness = 100 - Math.trunc((100 * distance) / fullLength)
  return Math.min(likeness, Math.trunc(blockSize / 3) * Math.min(a.length, b.length))
}

/** True when seven letters in a row, as many as the window has bytes, occur in both: less is chance. */
function shareWindow(a: string, b: string): boolean {
  for (let index = 0; index + 7 <= a.length; index++) {
    if (b.includes(a.slice(index, index + 7))) return true
  }
  return false
}

/** Levenshtein's distance with a replaced letter counted as two edits. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 0; row < a.length; row++) {
    const line = [row + 1]
    for (let column = 0; column < b.length; column++) {
      const replaced = (above[column] ?? 0) + (a[row] === b[column] ? 0 : 2)
      line.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1))
    }
    above = line
  }
  return above[b.length] ?? 0
}
