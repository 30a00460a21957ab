import { printable } from '../results/printable.ts'

/**
 * Text as inline Markdown that means nothing: every ASCII mark is written as a character reference, which CommonMark never
 * reads as structure (section 2.5). For text in a code span, where references stand as they are, take `markdownCode`.
 */
export function markdownText(text: string): string {
  return printable(text).replace(/[!-/:-@[-`{-~]/g, mark => `&#${mark.charCodeAt(0)};`)
}

/**
 * Text as a code span of Markdown, also in a table, where nothing is a link. What would end the span or the cell is written
 * as an escape of `printable`; nothing for empty text, as a span cannot be empty.
 */
export function markdownCode(text: string): string {
  const safe = printable(text).replaceAll('`', '\\x60').replaceAll('|', '\\x7c')
  return safe && `\`${safe}\``
}

/** Last parts of names that are files rather than hosts. */
const fileExtensions = new Set(
  [
    ...[
      'exe',
      'dll',
      'sys',
      'scr',
      'bat',
      'cmd',
      'ps',
      'vbs',
      'js',
      'jse',
      'wsf',
      'hta',
      'lnk',
      'msi',
      'jar',
    ],
    ...[
      'doc',
      'docm',
      'docx',
      'xls',
      'xlsb',
      'xlsm',
      'xlsx',
      'ppt',
      'pptm',
      'pptx',
      'rtf',
      'pdf',
      'one',
      'xml',
    ],
    ...['zip', 'rar', 'gz', 'bz', 'xz', 'tar', 'tgz', 'iso', 'img', 'cab', 'deb', 'rpm', 'eml', 'msg', 'txt'],
    ...[
      'bin',
      'dat',
      'tmp',
      'log',
      'csv',
      'json',
      'html',
      'htm',
      'php',
      'asp',
      'aspx',
      'swf',
      'elf',
      'so',
      'yar',
    ],
    ...['png', 'jpg', 'jpeg', 'gif', 'bmp', 'svg', 'ico', 'tif', 'tiff', 'class', 'stoq', 'tpl', 'ts'],
  ].map(extension => extension.toLowerCase()),
)

/** Text in which nothing can be followed by accident: `hxxp[://]evil[.]example`, `a[@]b[.]example`, `192[.]0[.]2[.]1`. */
export function defang(text: string): string {
  return text.replace(/[^\s"'<>()[\]{},;|`]+/g, defangWord)
}

function defangWord(word: string): string {
  if (isAddress6(word)) return word.replaceAll(':', '[:]')
  return word
    .replace(/([a-z0-9+]{2,20}):\/\//gi, (_, scheme: string) => `${withoutFangs(scheme)}[://]`)
    .replace(/\[:\/\/\]([^/?#[]*)/g, (_, host: string) => `[://]${withoutDots(host)}`)
    .replace(/(?<=[^[])@([^/?#@[]*)/g, (_, host: string) => `[@]${withoutDots(host)}`)
    .replace(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]\d)/g, withoutDots)
    .replace(hostName, (name: string, last: string) =>
      fileExtensions.has(last.toLowerCase()) ? name : withoutDots(name),
    )
}

const hostName = /(?<![\p{L}\p{N}_.-])(?:[\p{L}\p{N}_-]{1,63}\.){1,20}(\p{L}{2,24})(?![\p{L}\p{N}_-])/gu

function withoutFangs(scheme: string): string {
  return scheme.replace(/http/i, 'hxxp').replace(/ftp/i, 'fxp')
}

function withoutDots(host: string): string {
  return host.replaceAll('.', '[.]')
}

function isAddress6(word: string): boolean {
  if (!/^[\da-f:]{3,45}(?:%\w{1,20})?$/i.test(word)) return false
  return word.includes('::') || word.split(':').length === 8
}
