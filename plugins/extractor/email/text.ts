import { forceUnicode } from 'stoq'

/** Text of bytes in a declared charset. A charset that nobody knows, or that says "any 8 bits", is not believed. */
export function decodeText(bytes: Uint8Array, charset: string | null = null): string {
  const decoder = charset === null ? null : decoderOf(charset)
  const isTelling = decoder !== null && decoder.encoding !== 'windows-1252' && decoder.encoding !== 'utf-8'
  return isTelling ? decoder.decode(bytes) : (forceUnicode(bytes) ?? '')
}

/** Labels are those of encoding.spec.whatwg.org; `cp932` and the like are told by number. */
function decoderOf(charset: string): TextDecoder | null {
  for (const label of [charset, charset.replace(/^(?:cp|ms|x-)/i, 'windows-')]) {
    try {
      return new TextDecoder(label === 'windows-932' ? 'shift_jis' : label)
    } catch {
      // not known under this name
    }
  }
  return null
}

/** Label of a Windows code page. */
export function codePageLabel(page: number): string | null {
  return codePages.get(page) ?? (page > 0 ? `windows-${page}` : null)
}

const codePages = new Map([
  [932, 'shift_jis'],
  [936, 'gbk'],
  [949, 'euc-kr'],
  [950, 'big5'],
  [1200, 'utf-16le'],
  [20127, 'us-ascii'],
  [20866, 'koi8-r'],
  [28591, 'iso-8859-1'],
  [28592, 'iso-8859-2'],
  [28595, 'iso-8859-5'],
  [50220, 'iso-2022-jp'],
  [51932, 'euc-jp'],
  [54936, 'gb18030'],
  [65001, 'utf-8'],
])

/** Valid text of at most `length` characters. */
export function shorten(text: string, length: number): string {
  return (text.length > length ? `${text.slice(0, length)}…` : text).toWellFormed()
}

/** Text of an HTML page: tags, comments, scripts and styles are left out. Linear, for any input. */
export function htmlText(html: string): string {
  const lower = html.toLowerCase()
  let text = ''
  let at = 0
  for (let tag = html.indexOf('<'); tag >= 0; tag = html.indexOf('<', at)) {
    text += html.slice(at, tag)
    const { end, gap } = skipTag(lower, tag)
    text += gap
    at = end
    if (at >= html.length) return decodeEntities(text)
  }
  return decodeEntities(text + html.slice(at))
}

/** Elements that do not end a word. */
const inlineTags = new Set(['a', 'b', 'big', 'em', 'font', 'i', 'mark', 'small', 'span', 'strong', 'tt', 'u'])

/** Where the text goes on after the tag at `start`, and what stands for it. */
function skipTag(html: string, start: number): { end: number; gap: string } {
  if (html.startsWith('<!--', start)) return { end: after(html, '-->', start), gap: '' }
  const name = /^<\/?([a-z]{1,10})/.exec(html.slice(start, start + 12))?.[1] ?? ''
  const isHidden = name === 'style' || name === 'script'
  const close = isHidden && html[start + 1] !== '/' ? html.indexOf(`</${name}`, start) : start
  return {
    end: close < 0 ? html.length : after(html, '>', close),
    gap: inlineTags.has(name) ? '' : '\n',
  }
}

function after(text: string, word: string, from: number): number {
  const found = text.indexOf(word, from)
  return found < 0 ? text.length : found + word.length
}

/** Text of RTF, roughly: without control words and braces. */
export function rtfText(rtf: string): string {
  return rtf.replace(/\\(?:par|line)(?![a-z])/g, '\n').replace(/\\[a-z]{1,32}-?\d{0,10} ?|[{}]/g, '')
}

const entities = new Map([
  ['amp', '&'],
  ['apos', "'"],
  ['gt', '>'],
  ['lt', '<'],
  ['nbsp', ' '],
  ['quot', '"'],
])

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,4}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities.get(name.toLowerCase()) ?? whole
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
