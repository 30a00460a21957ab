/** One word of a line. */
export interface Word {
  /** What it means: without quotes and backslashes. */
  text: string
  /** Where it begins in the line. */
  start: number
  /** The quote that is still open at the end of the line; empty: none. */
  quote: string
}

const blank = /\s/

/**
 * The words of a line, between blanks. Quotes of either kind hold blanks together; a backslash takes the blank, quote or
 * backslash after it as it is, and is itself before anything else, as in a path of Windows.
 */
export function splitLine(line: string): Word[] {
  const words: Word[] = []
  for (let index = 0; index < line.length; ) {
    if (blank.test(line[index] ?? '')) index++
    else {
      const { word, end } = readWord(line, index)
      words.push(word)
      index = end
    }
  }
  return words
}

function readWord(line: string, start: number): { word: Word; end: number } {
  const word: Word = { text: '', start, quote: '' }
  let index = start
  for (; index < line.length; index++) {
    const character = line[index] ?? ''
    if (isEscape(line, index, word.quote)) word.text += line[++index]
    else if (word.quote === character) word.quote = ''
    else if (word.quote !== '') word.text += character
    else if (/['"]/.test(character)) word.quote = character
    else if (blank.test(character)) break
    else word.text += character
  }
  return { word, end: index }
}

function isEscape(line: string, index: number, quote: string): boolean {
  if (line[index] !== '\\' || quote === "'") return false
  const next = line[index + 1] ?? ''
  return quote === '"' ? next === '"' || next === '\\' : /[\s'"\\]/.test(next)
}

/** A word as it is typed: in the quote that was opened, else with backslashes. */
export function quoteWord(text: string, quote: string, isWhole: boolean): string {
  if (quote === '') return text.replace(/[\s'"]|\\(?=[\s'"\\]|$)/g, '\\$&')
  const inner = quote === '"' ? text.replace(/"|\\(?=["\\]|$)/g, '\\$&') : text
  return `${quote}${inner}${isWhole ? quote : ''}`
}
