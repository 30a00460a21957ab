import { powershellQuote, scriptQuote, visualBasicQuote } from './quote.ts'

/** What a language writes in its own way. */
export interface Dialect {
  name: 'vbs' | 'js' | 'powershell'
  /** How tight operators bind: higher first. What is not here ends an expression. */
  precedence: ReadonlyMap<string, number>
  /** Words that stand between expressions. */
  keywords: ReadonlySet<string>
  /** Characters that strings begin and end with. */
  quotes: string
  /** A string of the language. */
  quote(text: string, quote: string): string
}

const levels = (table: Record<string, number>) => new Map(Object.entries(table))
const words = (text: string) => new Set(text.split(' '))

/** VBScript and VBA. */
export const vbs: Dialect = {
  name: 'vbs',
  precedence: levels({ '*': 7, '/': 7, '\\': 6, mod: 5, '+': 4, '-': 4, '&': 3, xor: 2, ',': 1 }),
  keywords: words(
    'if then else elseif end sub function call set let dim const to step and or not is case do loop until while wend for each in next exit private public',
  ),
  quotes: '"',
  quote: visualBasicQuote,
}

/** JScript and JavaScript. */
export const js: Dialect = {
  name: 'js',
  precedence: levels({ '*': 6, '/': 6, '%': 6, '+': 5, '-': 5, '^': 3, ',': 1 }),
  keywords: words(
    'return typeof case throw in of instanceof else do void delete new await yield function var let const',
  ),
  quotes: '"\'`',
  quote: scriptQuote,
}

/** PowerShell, whose comma binds tighter than its operators (about_Operator_Precedence). */
export const powershell: Dialect = {
  name: 'powershell',
  precedence: levels({
    ...{ ',': 8, '-f': 7, '*': 6, '/': 6, '%': 6, '+': 5, '-': 5, '-bxor': 4, '-join': 4 },
    ...{ '-split': 4, '-csplit': 4, '-isplit': 4, '-replace': 4, '-creplace': 4, '-ireplace': 4 },
  }),
  keywords: words('if else elseif foreach while return throw function param in switch do until try catch'),
  quotes: '"\'',
  quote: powershellQuote,
}

/** PowerShell as an argument: the double quotes around it are those of the command line. */
export const commandLine: Dialect = { ...powershell, quotes: "'" }

/** Languages that a script may be in. Batch is no expression language. */
export type Language = Dialect['name'] | 'batch'

/** What tells a language, and how much. In small letters. */
const signs: Readonly<Record<Language, Readonly<Record<string, number>>>> = {
  vbs: {
    ...{ 'createobject(': 3, 'end sub': 3, 'end function': 3, 'end if': 2, 'dim ': 2, 'on error resume': 4 },
    ...{ 'chr(': 2, 'chrw(': 2, 'strreverse(': 2, msgbox: 2, 'wscript.': 1, 'attribute vb_': 6 },
    ...{ executeglobal: 3, 'execute ': 2, ' & "': 1, '" & ': 1, '&h': 1, '\nset ': 1, vbcrlf: 2 },
  },
  js: {
    ...{
      'var ': 2,
      'let ': 1,
      'const ': 1,
      'function(': 3,
      'function ': 1,
      'new activexobject': 4,
      '===': 2,
    },
    ...{
      fromcharcode: 3,
      'eval(': 2,
      'unescape(': 3,
      'document.': 2,
      '=>': 2,
      'atob(': 2,
      '\\x': 1,
      '");': 1,
    },
    ...{ 'this[': 2, 'return ': 1, "');": 1, '/*': 1, 'wscript.': 1 },
  },
  powershell: {
    ...{
      '[char]': 3,
      '-join': 2,
      'new-object': 3,
      'invoke-': 3,
      iex: 1,
      ']::': 2,
      '-replace': 2,
      'write-': 1,
    },
    ...{
      '$env:': 3,
      '[convert]': 2,
      '[system.': 3,
      $_: 2,
      '}{': 1,
      '" -f': 2,
      "' -f": 2,
      "-f'": 2,
      '-f "': 2,
    },
    ...{
      'param(': 1,
      '[string]': 2,
      '[byte[]]': 3,
      '\n$': 2,
      '; $': 1,
      ';$': 1,
      "'+'": 1,
      '@(': 1,
      frombase64string: 2,
    },
  },
  batch: {
    ...{
      '@echo': 6,
      setlocal: 4,
      ':~': 3,
      '%~': 3,
      'goto ': 2,
      '\nset ': 2,
      'set "': 2,
      'cmd /c': 1,
      'cmd.exe': 1,
    },
    ...{ 'if exist': 2, 'echo ': 1, '\nrem ': 1, '%%': 1, errorlevel: 2, '^^': 1, '&&': 1, 'set ': 1 },
  },
}

const endings = new Map<string, Language>(
  Object.entries({
    ...{ vbs: 'vbs', vbe: 'vbs', vba: 'vbs', bas: 'vbs', cls: 'vbs', js: 'js', jse: 'js', ps1: 'powershell' },
    ...{ psm1: 'powershell', bat: 'batch', cmd: 'batch' },
  } as const),
)

/** Characters that are looked at, and how often a sign counts. */
const sampleSize = 0x40000
const mostOfOne = 20

/** The language of a script: by its words, then by its name, which is often a lie. */
export function tellLanguage(text: string, filename: string): Language {
  const sample = `\n${text.slice(0, sampleSize)}`.toLowerCase()
  const hinted = endings.get(filename.slice(filename.lastIndexOf('.') + 1).toLowerCase())
  const scores = (Object.keys(signs) as Language[]).map(language => {
    const found = Object.entries(signs[language]).map(([sign, weight]) => weight * countOf(sample, sign))
    const hint = language === hinted ? 3 : 0
    return { language, score: found.reduce((sum, score) => sum + score, hint) }
  })
  // A line that a program was called with.
  const first = sample
    .trimStart()
    .slice(0, 80)
    .replace(/[\^"`]/g, '')
  if (/^(?:[a-z]:|%)?[\w\\.%]*\b(?:powershell|pwsh|cmd)/.test(first)) return 'batch'
  scores.sort((a, b) => b.score - a.score)
  return scores[0]?.language ?? 'js'
}

function countOf(text: string, sign: string): number {
  let count = 0
  for (let at = text.indexOf(sign); at >= 0 && count < mostOfOne; at = text.indexOf(sign, at + 1)) count++
  return count
}
