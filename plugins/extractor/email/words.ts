/** Characters of a mail's text that are searched for words. */
export const maxText = 262_144
/** Words that are tried as passwords: no password of a mail is shorter or longer. */
const minWord = 3
const maxWord = 40
/** Characters of a file's name that are read. */
const maxName = 255
/** Places where a mail speaks of a password, and words that are taken behind each. */
const maxCues = 50
const wordsBehind = 6

/** What announces a password, in the languages of most mails. Short ones count only when they stand alone. */
const cues =
  /passwor[dt]|passphrase|passcode|kennwort|mot de passe|contrase[nñ]a|palavra-passe|wachtwoord|l[oö]senord|adgangskode|salasana|has[lł]o|парол[ья]|密[码碼]|パスワード|비밀번호|(?<![\p{L}\p{N}])(?:passwd|pass|pwd|pw|psw|mdp|senha|clave|parola|[sş]ifre|code|c[oó]digo|pin|key|schl[uü]ssel)(?![\p{L}\p{N}])/giu

const openingQuotes = `"'\`“”„«»‘’‚<[(`
const closingQuotes = `"'\`“”«»‘’>])`
const punctuation = new Set([...`${openingQuotes}${closingQuotes}.,;:!?*_~|-–—{}`])
const endings = '.,;:!?'
/** What stands around a single word. */
const openers = `<"'\`“”„«»‘’‚[({*_`
const closers = `>"'\`“”«»‘’])}*_`

/**
 * Words of a mail that may be passwords, the likely ones first: what follows a word for "password", in quotes, behind a
 * colon, or near; then every other word in the order of the text. At most `limit`.
 */
export function passwordWords(texts: readonly string[], limit: number): string[] {
  const words = new Set<string>()
  for (const word of candidates(texts)) {
    if (words.size >= limit) break
    if (isSensible(word)) words.add(word.toWellFormed())
  }
  return [...words]
}

/** What the name of a file says: cut where names put something for a blank, and as it stands. */
export function nameTexts(name: string): string[] {
  const stem = name.slice(0, maxName).replace(/\.\w{1,5}$/, '')
  return [stem.replace(/[\s_+=()[\]-]+/g, ' '), stem]
}

function* candidates(texts: readonly string[]): Generator<string> {
  for (const text of texts) yield* nearCues(text)
  for (const text of texts) {
    for (const word of wordsIn(text)) yield* [word, unwrapped(word), trimmed(word)]
  }
}

function isSensible(word: string): boolean {
  return word.length >= minWord && word.length <= maxWord && !/[\0-\x1f\x7f]/.test(word)
}

function* nearCues(text: string): Generator<string> {
  let count = 0
  for (const match of text.matchAll(cues)) {
    if (count++ >= maxCues) return
    const end = match.index + match[0].length
    yield* behindCue(text.slice(end, end + 200))
  }
}

function* behindCue(rest: string): Generator<string> {
  yield* quoted(rest)
  const [line = '', ...lines] = rest.split('\n')
  const told = /[:=：](.*)/.exec(line)?.[1]?.trim() ?? ''
  const phrase = told === '' ? (lines.find(other => other.trim() !== '')?.trim() ?? '') : told
  for (const word of [...wordsIn(phrase).take(1), phrase, ...wordsIn(rest).take(wordsBehind)])
    yield* forms(word)
}

/** What stands in quotes or brackets, blanks included. */
function* quoted(text: string): Generator<string> {
  let start = -1
  for (let index = 0; index < text.length; index++) {
    const char = text[index] as string
    if (char === '\n') start = -1
    else if (start >= 0 && closingQuotes.includes(char)) {
      yield text.slice(start, index)
      start = -1
    } else if (openingQuotes.includes(char)) start = index + 1
  }
}

/** A word as it stands, without what ends a sentence, and without what is put around it. */
function* forms(word: string): Generator<string> {
  yield word
  const last = word.at(-1)
  if (last !== undefined && endings.includes(last)) yield word.slice(0, -1)
  yield* [unwrapped(word), trimmed(word)]
}

/** What stands between quotes or brackets, a mark at its end too: `(Hello!),` is `Hello!`. */
function unwrapped(word: string): string {
  const isAt = (marks: string, index: number) => marks.includes(word.charAt(index))
  let behind = word.length
  while (behind > 0 && isAt(endings, behind - 1)) behind--
  let end = behind
  while (end > 0 && isAt(closers, end - 1)) end--
  let start = 0
  while (start < end && isAt(openers, start)) start++
  return start > 0 && end < behind ? word.slice(start, end) : word
}

function trimmed(word: string): string {
  let start = 0
  let end = word.length
  while (start < end && punctuation.has(word[start] as string)) start++
  while (end > start && punctuation.has(word[end - 1] as string)) end--
  return word.slice(start, end)
}

function* wordsIn(text: string): Generator<string> {
  for (const [word] of text.matchAll(/\S+/g)) yield word
}
