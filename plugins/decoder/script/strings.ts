import type { Dialect } from './dialects.ts'

/** A string as it is written. */
export interface Literal {
  /** Behind its last quote. */
  end: number
  /** Null: what it says is not known before it runs, or it does not end. */
  value: string | null
  /** True: characters were written as numbers. */
  isEncoded: boolean
}

/** Reads the string that begins at `start`, in the way of its language. Time grows with what it takes. */
export function readString(text: string, start: number, dialect: Dialect): Literal {
  if (dialect.name === 'js') return readScript(text, start)
  return dialect.name === 'vbs' ? readBasic(text, start) : readShell(text, start)
}

/** Reads on to the closing quote, which is doubled within. `special` gives the length of what is no plain character, 0 for others. */
function readDoubled(
  text: string,
  start: number,
  special: (at: number) => number,
  add: (at: number) => string,
): Literal {
  const quote = text[start] ?? ''
  let from = start + 1
  const parts: string[] = []
  for (let at = from; at < text.length; at++) {
    const length = special(at)
    if (length < 0) return literal(at, null, false)
    if (length > 0) {
      parts.push(text.slice(from, at), add(at))
      from = at + length
      at = from - 1
    } else if (text[at] === quote) {
      parts.push(text.slice(from, at))
      if (text[at + 1] !== quote) return literal(at + 1, parts.join(''), false)
      from = ++at
    }
  }
  return literal(text.length, null, false)
}

/** A string of Visual Basic does not go on in the next line. */
function readBasic(text: string, start: number): Literal {
  return readDoubled(
    text,
    start,
    at => (text[at] === '\n' || text[at] === '\r' ? -1 : 0),
    () => '',
  )
}

/** PowerShell's double quotes have escapes, and variables, which are not known. */
function readShell(text: string, start: number): Literal {
  if (text[start] === "'")
    return readDoubled(
      text,
      start,
      () => 0,
      () => '',
    )
  let isKnown = true
  const special = (at: number) => {
    if (text[at] === '$' && /[\w({?]/.test(text[at + 1] ?? '')) isKnown = false
    return text[at] === '`' ? 2 : 0
  }
  const found = readDoubled(text, start, special, at => shellEscape(text[at + 1] ?? ''))
  return isKnown ? found : { ...found, value: null }
}

/** What a character behind a backtick stands for. */
export function shellEscape(character: string): string {
  return (
    { n: '\n', r: '\r', t: '\t', '0': '\0', a: '\x07', b: '\b', f: '\f', v: '\v' }[character] ?? character
  )
}

/** A here-string of PowerShell: `@'`, lines, `'@` where a line begins. */
export function readHereString(text: string, start: number): Literal {
  const quote = text[start + 1] ?? ''
  const first = text.indexOf('\n', start) + 1
  const found = first === 0 ? -1 : text.indexOf(`\n${quote}@`, first - 1)
  if (found < 0) return literal(text.length, null, false)
  const lines = text.slice(first, Math.max(first, found)).replace(/\r$/, '')
  return literal(found + 3, quote === "'" || !lines.includes('$') ? lines : null, false)
}

/** Backslashes escape; a template with `${` is not known. */
function readScript(text: string, start: number): Literal {
  const quote = text[start] ?? ''
  let [isKnown, isEncoded, from] = [true, false, start + 1]
  const parts: string[] = []
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at]
    if (character === quote) {
      parts.push(text.slice(from, at))
      return literal(at + 1, isKnown ? parts.join('') : null, isEncoded)
    }
    if (character === '\\') {
      const found = readEscape(text, at + 1)
      parts.push(text.slice(from, at), found.value)
      isEncoded ||= found.isNumber
      from = found.end
      at = from - 1
    } else if (quote === '`') isKnown &&= character !== '$' || text[at + 1] !== '{'
    else if (character === '\n' || character === '\r') return literal(at, null, false)
  }
  return literal(text.length, null, false)
}

const named: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
  '\n': '',
}

/** What follows a backslash: `x41`, `u0041`, `u{41}`, octal digits, a letter, or a sign that stands for itself. */
function readEscape(text: string, at: number): { end: number; value: string; isNumber: boolean } {
  const found = /^(?:x([\da-f]{2})|u([\da-f]{4})|u\{([\da-f]{1,6})\}|([0-3]?[0-7]{2}))/i.exec(
    text.slice(at, at + 10),
  )
  if (!found) {
    const character = text[at] ?? ''
    const isBreak = character === '\r' && text[at + 1] === '\n'
    return {
      end: at + (isBreak ? 2 : 1),
      value: isBreak ? '' : (named[character] ?? character),
      isNumber: false,
    }
  }
  const code = found[4]
    ? Number.parseInt(found[4], 8)
    : Number.parseInt(found[1] ?? found[2] ?? found[3] ?? '', 16)
  const value = code > 0x10ffff ? '' : String.fromCodePoint(code)
  return { end: at + found[0].length, value, isNumber: true }
}

function literal(end: number, value: string | null, isEncoded: boolean): Literal {
  return { end, value, isEncoded }
}
