import assert from 'node:assert/strict'
import { Budget, type BudgetLimits, type Kwargs, StoqError } from 'stoq'
import { EmailExtractor } from './email.ts'

/** What one call gave, and what it told. */
export interface Opened {
  parts: { meta: Record<string, unknown>; content: Buffer; words: string[] }[]
  isMail: boolean
  error: StoqError | null
  truncated: Budget['truncated']
}

export interface Conditions {
  kwargs?: Kwargs
  limits?: Partial<BudgetLimits>
  options?: Partial<Pick<EmailExtractor, 'maximum_words' | 'maximum_size'>>
}

const defaultLimits: BudgetLimits = {
  max_recursion: 3,
  max_children: 10_000,
  max_bytes: 2 ** 30,
  max_time: 300,
  max_plugin_time: 60,
}

/** Calls the plugin as the framework does: every child is booked when it comes. */
export function open(mail: Uint8Array | string, conditions: Conditions = {}): Opened {
  const payload = typeof mail === 'string' ? Buffer.from(mail) : mail
  const budget = new Budget({ ...defaultLimits, ...conditions.limits })
  const manifest = { category: 'extractor', name: 'email' }
  const plugin = Object.assign(new EmailExtractor(), { manifest }, conditions.options)
  const opened: Opened = { parts: [], isMail: false, error: null, truncated: budget.truncated }
  try {
    const context = { budget, signal: new AbortController().signal }
    const given = plugin.extract(payload, conditions.kwargs ?? {}, context)
    opened.isMail = given !== null
    for (const [{ kwargs, ...meta }, content] of (given ?? []) as Iterable<
      [Record<string, unknown>, Uint8Array]
    >) {
      if (!budget.takeChild(content.length)) break
      const words = (kwargs as { password_words: string[] } | undefined)?.password_words ?? []
      opened.parts.push({ meta, content: Buffer.from(content), words })
    }
  } catch (thrown) {
    assert.ok(thrown instanceof StoqError, String((thrown as Error).stack))
    opened.error = thrown
  }
  return opened
}

/** `filename: content` of every part, as text: what most tests look at. */
export function contents(mail: Uint8Array | string, conditions: Conditions = {}): string[] {
  const { parts, error } = open(mail, conditions)
  assert.equal(error, null)
  return parts.map(({ meta, content }) => `${meta['filename']}: ${content.toString('latin1')}`)
}

/** A message of header lines and an empty line, then the body; line breaks are CR LF. */
export function message(headers: readonly string[], body = ''): string {
  return [...headers, '', body].join('\r\n')
}

/** A multipart of parts, each with its headers. */
export function multipart(parts: readonly string[], boundary = 'bound', kind = 'mixed'): string {
  const pieces = parts.map(part => `--${boundary}\r\n${part}\r\n`)
  return message(
    [`Content-Type: multipart/${kind}; boundary="${boundary}"`],
    `${pieces.join('')}--${boundary}--\r\n`,
  )
}

/** The headers that most mails have, before those of `rest`. */
export function mailOf(rest: string, subject = 'a subject'): string {
  const headers = [
    'From: Alice <alice@example.com>',
    'To: bob@example.org',
    `Subject: ${subject}`,
    'MIME-Version: 1.0',
  ]
  return `${headers.join('\r\n')}\r\n${rest}`
}

/** An attachment in base64, in lines. */
export function attachment(name: string, content: Uint8Array, type = 'application/octet-stream'): string {
  const lines = (
    Buffer.from(content)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\r\n')
  return message(
    [
      `Content-Type: ${type}`,
      `Content-Disposition: attachment; filename="${name}"`,
      'Content-Transfer-Encoding: base64',
    ],
    lines,
  )
}

/** A file in uuencode: lines of 45 bytes, a backquote for a blank. */
export function uuencode(name: string, content: Uint8Array): string {
  const char = (value: number) => String.fromCharCode((value & 0x3f) === 0 ? 0x60 : (value & 0x3f) + 0x20)
  const lines: string[] = []
  for (let at = 0; at < content.length; at += 45) {
    const line = content.subarray(at, at + 45)
    let text = char(line.length)
    for (let index = 0; index < line.length; index += 3) {
      const [a = 0, b = 0, c = 0] = line.subarray(index, index + 3)
      text += char(a >> 2) + char((a << 4) | (b >> 4)) + char((b << 2) | (c >> 6)) + char(c)
    }
    lines.push(text)
  }
  return [`begin 644 ${name}`, ...lines, '`', 'end', ''].join('\r\n')
}

/** A file in yEnc, one line of 128 characters after another. */
export function yencode(name: string, content: Uint8Array): Buffer {
  const pieces: Buffer[] = [Buffer.from(`=ybegin line=128 size=${content.length} name=${name}\r\n`)]
  for (let at = 0; at < content.length; at += 128) {
    const bytes = [...content.subarray(at, at + 128)].flatMap(byte => {
      const value = (byte + 42) & 0xff
      return [0x00, 0x0a, 0x0d, 0x3d].includes(value) ? [0x3d, (value + 64) & 0xff] : [value]
    })
    pieces.push(Buffer.from(bytes), Buffer.from('\r\n'))
  }
  return Buffer.concat([...pieces, Buffer.from(`=yend size=${content.length}\r\n`)])
}
