import { nextWritten, type Written, writtenAt } from './commands.ts'

/** A stretch of the digits of Base64, or of hexadecimal digits, which are digits of Base64 too. */
export interface Run {
  start: number
  end: number
  /** Without line ends and what joins its pieces. */
  digits: string
  isHex: boolean
}

/** Fewer are not looked at; commands may be as short as this. */
const shortest = 8
/** From this many on a run goes on in the next line, in the next piece that is added to a variable or written to a file. */
const shortestLine = 32

const [foreign, base64, hex] = [0, 1, 2]
const kinds = new Uint8Array(0x80)
for (const character of 'GHIJKLMNOPQRSTUVWXYZghijklmnopqrstuvwxyz+/') kinds[character.charCodeAt(0)] = base64
for (const character of '0123456789ABCDEFabcdef') kinds[character.charCodeAt(0)] = hex

/** Every run of a text; each character is read once, or a few times between pieces. */
export function* digitRuns(text: string): Generator<Run, void> {
  for (let at = 0; at < text.length; ) {
    if (kindAt(text, at) === foreign) {
      at++
      continue
    }
    const run = readRun(text, at)
    if (run.digits.length >= shortest) yield run
    at = run.end
  }
}

function kindAt(text: string, at: number): number {
  return kinds[text.charCodeAt(at)] ?? foreign
}

function readRun(text: string, start: number): Run {
  const pieces: string[] = []
  const beginsLine = isLineStart(text, start)
  let [at, isHex, next] = [start, true, start]
  let written: Written | null | undefined
  while (next >= 0) {
    at = next
    for (let kind = kindAt(text, at); kind !== foreign; kind = kindAt(text, ++at)) isHex &&= kind === hex
    pieces.push(text.slice(next, at))
    const length = at - next
    if (length < shortestLine) break
    next = beginsLine && /[\r\n]/.test(text[at] ?? '') ? nextLine(text, at, length) : nextPiece(text, at)
    if (next >= 0) continue
    written ??= writtenAt(text, start)
    if (written) next = nextWritten(text, at, written.key)
  }
  return { start, end: at, digits: pieces.join(''), isHex }
}

/** Nothing but blanks is before it in its line, or the quote that it begins with. */
function isLineStart(text: string, start: number): boolean {
  return /(?:^|[\r\n"'])[ \t]{0,40}$/.test(text.slice(Math.max(0, start - 41), start))
}

/** Where a run goes on in the next line, which is all of it, and not longer; -1 when it does not. */
function nextLine(text: string, at: number, longest: number): number {
  const blanks = /^\r?\n[ \t]{0,40}/.exec(text.slice(at, at + 42))
  if (!blanks) return -1
  const start = at + blanks[0].length
  let end = start
  while (end - start <= longest && kindAt(text, end) !== foreign) end++
  const isWhole = end > start && end - start <= longest && /[=\r\n"'<]/.test(text[end] ?? '\n')
  return isWhole ? start : -1
}

const glue =
  /^["'](?:[ \t]{0,20}[&+])?[ \t;_]{0,20}\r?\n\s{0,40}(?:[&+]\s{0,10}|([$\w.]{1,40})\s{0,4}(?:=\s{0,4}\1\s{0,4}[&+]|[&+]=)\s{0,4})?["']/i

/** Where a run goes on in the string that is added to it, or to the same variable; -1 when it does not. */
function nextPiece(text: string, at: number): number {
  const found = glue.exec(text.slice(at, at + 160))
  return found && kindAt(text, at + found[0].length) !== foreign ? at + found[0].length : -1
}
