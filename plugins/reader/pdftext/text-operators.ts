/** One token of a content stream: comment, start of a string, hexadecimal string, bracket, name, operator or number. */
const token = /%[^\r\n]*|\(|<[\da-fA-F\s]*>|<<?|>>?|[[\]{})]|\/?[^\s()<>[\]{}/%]+|\//g
/** Kerning (in thousandths of the font size) beyond this is a blank between words. */
const wordGap = -200
const windows1252 = new TextDecoder('windows-1252')

/**
 * The text that a content stream (as latin1) shows, one line for each change of line. Fonts are not known here: bytes
 * are taken as windows-1252, and what is not printable is left out. Linear in the length of the stream.
 */
export function shownText(content: string): string {
  const tokens = new RegExp(token)
  const page = new Page()
  let operand = ''
  for (let match = tokens.exec(content); match; match = tokens.exec(content)) {
    const [word] = match
    if (word === '(') {
      const end = literalEnd(content, tokens.lastIndex)
      operand += literalBytes(content.slice(tokens.lastIndex, end))
      tokens.lastIndex = end + 1
    } else if (!/^[A-Za-z'"]/.test(word)) operand += operandBytes(word, operand)
    else {
      page.apply(word, operand)
      operand = ''
    }
  }
  return page.text.trim() === '' ? '' : `${page.text.trimEnd()}\n`
}

/** What the operators between `BT` and `ET` show. */
class Page {
  text = ''
  #isText = false
  /** Kept, not looked up: to look at the text would copy all of it, for each operator. */
  #isLineStart = true

  apply(operator: string, operand: string): void {
    const added = this.#isText ? effect(operator, operand, this.#isLineStart) : ''
    if (added !== '') this.#isLineStart = added.endsWith('\n')
    this.text += added
    if (operator === 'BT' || operator === 'ET') this.#isText = operator === 'BT'
  }
}

function operandBytes(word: string, before: string): string {
  if (/^<[\da-f\s]/i.test(word)) return Buffer.from(word.replace(/\W/g, ''), 'hex').toString('latin1')
  return Number(word) < wordGap && before !== '' ? ' ' : ''
}

/** What an operator adds to the text: `Tj`, `TJ`, `'` and `"` show their string, the others with a T may start a line. */
function effect(operator: string, operand: string, isLineStart: boolean): string {
  const isNewLine = /^(?:T[dDm*]|['"])$/.test(operator) && !isLineStart
  const shown = /^(?:T[jJ]|['"])$/.test(operator) ? printable(operand) : ''
  return (isNewLine ? '\n' : '') + shown
}

function printable(bytes: string): string {
  return windows1252.decode(Buffer.from(bytes, 'latin1')).replace(/[\x00-\x1f\x7f-\x9f]/g, '')
}

/** Index of the bracket that ends the string which starts at `from`; brackets in it are in pairs, or escaped. */
function literalEnd(content: string, from: number): number {
  let depth = 1
  for (let at = from; at < content.length; at++) {
    const character = content[at]
    if (character === '\\') at++
    else if (character === '(') depth++
    else if (character === ')' && --depth === 0) return at
  }
  return content.length
}

const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

function literalBytes(literal: string): string {
  return literal.replace(/\\(?:([0-7]{1,3})|\r\n|([\s\S]))/g, (_, octal?: string, character?: string) => {
    if (octal) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
    if (character === undefined || character === '\n' || character === '\r') return ''
    return escapes[character] ?? character
  })
}
