/** Digits that a line of a batch file writes to a file, or keeps in a comment. */
export interface Written {
  start: number
  /** The command and the file: lines that have these in common go together. */
  key: string
}

/** Characters that are looked at before the digits and behind them. */
const longestFrame = 300
const file = />{1,2}[ \t]{0,20}(?:"[^"\r\n]{1,200}"|[^\s"]{1,200})[ \t]{1,20}@?/
const prompt = /(?:<nul[ \t]{0,20})?set[ \t]{1,20}\/p[ \t]{0,20}\w{0,20}=["']?/
const command = new RegExp(
  `^[ \\t(@]{0,40}(${file.source})?(echo[ \\t.,;:=(]|::|rem[ \\t]|${prompt.source})[ \\t]{0,20}`,
  'i',
)
const digits = /[A-Za-z0-9+/]*/y

/** The digits of the line that begins here; null when it has no others, or none. */
function readLine(text: string, lineStart: number): Written | null {
  const before = command.exec(text.slice(lineStart, lineStart + longestFrame))
  if (!before) return null
  const start = lineStart + before[0].length
  digits.lastIndex = start
  const end = start + (digits.exec(text)?.[0].length ?? 0)
  const after = /^={0,2}["']?[ \t]{0,20}([^\r\n]*)/.exec(text.slice(end, end + longestFrame))?.[1] ?? ''
  if (end === start || !/^(?:\d?[<>)]|$)/.test(after)) return null
  const files = [before[1] ?? '', after.startsWith(')') ? '' : after]
  const [first, second] = files.map(name => name.replace(/[>\s@]+/g, ' ').trim())
  return { start, key: `${before[2]?.trim()}\n${first}\n${second}`.toLowerCase() }
}

/** What a command writes whose digits begin here; null when no command does. */
export function writtenAt(text: string, start: number): Written | null {
  const from = Math.max(0, start - longestFrame)
  const head = text.slice(from, start)
  const lineStart = from + Math.max(head.lastIndexOf('\n'), head.lastIndexOf('\r')) + 1
  const written = readLine(text, lineStart)
  return written?.start === start ? written : null
}

/** Where the digits go on that the next line writes to the same file; -1 when it writes none. */
export function nextWritten(text: string, at: number, key: string): number {
  const rest = /^[^\r\n]{0,300}\r?\n/.exec(text.slice(at, at + longestFrame + 2))
  const next = rest && readLine(text, at + rest[0].length)
  return next?.key === key ? next.start : -1
}
