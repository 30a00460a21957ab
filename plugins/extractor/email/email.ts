import {
  type Extracted,
  type ExtractedResult,
  formatSize,
  type Kwargs,
  type Payload,
  type PluginContext,
  StoqError,
  StoqExtractorPlugin,
} from 'stoq'
import { isCompound } from './cfb.ts'
import { readHeaders } from './headers.ts'
import { type Message, splitMailbox, splitSession } from './mailboxes.ts'
import { openMsg } from './msg.ts'
import { extractedOf, type Mail, type Part, textKinds } from './part.ts'
import { aboutOf, openEncoded, openMail } from './rfc822.ts'
import { decodeText, htmlText, rtfText } from './text.ts'
import { isTnef, openTnef } from './tnef.ts'
import { maxText, nameTexts, passwordWords } from './words.ts'

/**
 * Takes a mail apart: bodies, attachments, nested messages. RFC 5322 and MIME, mailboxes, SMTP sessions, Outlook `.msg`,
 * TNEF. meta: `filename`, `size`, `kind`, `part`, `subject`, `from`, `content_type`, `content_id`, `disposition`, `charset`,
 * `encoding`, `damaged`; `offset` or `stream` says where it was. Words of the mail are handed down as `password_words`.
 */
export class EmailExtractor extends StoqExtractorPlugin {
  /** Words of one mail that are handed down as passwords. */
  maximum_words = 300
  /** Bytes of the largest payload that is taken apart. */
  maximum_size = 250_000_000

  extract(payload: Payload, kwargs: Kwargs, context: PluginContext): ExtractedResult {
    if (payload.length > this.maximum_size) {
      const most = formatSize(this.maximum_size)
      context.budget.cut('maximum_size', `a mail of ${payload.length} bytes: more than ${most}`)
      return null
    }
    const mail = open(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength))
    return mail && this.#give(mail, kwargs['password_words'], context)
  }

  *#give(mail: Mail, handed: unknown, context: PluginContext): Generator<Extracted, void> {
    const watch = new Watch(context)
    const words = this.#words(mail, handed, watch)
    for (const part of mail.parts()) {
      if (!watch.goesOn()) return
      const extracted = watch.hasRoom(part.size ?? 0) ? extractedOf(part, words) : null
      if (!extracted || !watch.hasRoom(extracted[1].length)) continue
      yield extracted
      watch.handedOver(extracted[1].length)
    }
    if (mail.faults.length > 0) throw new StoqError('STOQ_PLUGIN_FAILED', [this.id, mail.faults.join('; ')])
  }

  /** The mail's own words come before those of the mail that it came in. */
  #words(mail: Mail, handed: unknown, watch: Watch): string[] {
    if (this.maximum_words <= 0) return []
    const own = passwordWords([mail.subject, ...texts(mail, watch)], this.maximum_words)
    const outer = Array.isArray(handed) ? handed.filter(word => typeof word === 'string') : []
    return [...new Set([...own, ...outer])].slice(0, 2 * this.maximum_words)
  }
}

function open(bytes: Buffer): Mail | null {
  if (isTnef(bytes)) return openTnef(bytes)
  if (isCompound(bytes)) return openMsg(bytes)
  const many = openAll(() => splitSession(bytes), 1) ?? openAll(() => splitMailbox(bytes), 2)
  return many ?? openEncoded(bytes) ?? openMail(bytes)
}

/** A mail of messages, each of them a child; null when there are fewer than `least`. */
function openAll(split: () => Generator<Message> | null, least: number): Mail | null {
  const messages = split()
  if (!messages || [...messages.take(least)].length < least) return null
  return {
    subject: '',
    faults: [],
    *parts() {
      let count = 0
      for (const message of split() ?? []) yield messagePart(message, ++count)
    },
  }
}

function messagePart({ bytes, offset }: Message, count: number): Part {
  return {
    name: null,
    otherwise: `message-${count}.eml`,
    kind: 'message',
    read: () => ({ content: bytes }),
    meta: { part: `${count}`, ...aboutOf(readHeaders(bytes, 0)), offset },
  }
}

/** Bytes of one text that are read for words, and texts. */
const maxRead = 2 ** 20
const maxTexts = 32
/** Bytes of an attached text that is read for words; a longer one is no note. */
const maxNote = 512
const maxBody = Number.POSITIVE_INFINITY

/** The texts of a mail, for words: names of attachments and short notes among these, then the bodies. */
function texts(mail: Mail, watch: Watch): string[] {
  const attached: string[] = []
  const bodies: string[] = []
  let [reads, length] = [0, 0]
  for (const part of mail.parts()) {
    if (reads >= maxTexts || length >= maxText || !watch.goesOn()) break
    if (part.name && attached.length < maxTexts) attached.push(...nameTexts(part.name))
    const isBody = textKinds.has(part.kind)
    if (!isBody && !isText(part)) continue
    reads++
    const text = textOf(part, isBody ? maxBody : maxNote).slice(0, maxText - length)
    length += text.length
    const into = isBody ? bodies : attached
    into.push(text)
  }
  return [...attached, ...bodies]
}

/** As a reader sees it: plain, and of an HTML page what it shows; '' for what is larger than `largest`. */
function textOf({ size = 0, read, meta, otherwise }: Part, largest: number): string {
  if (size > 16 * maxRead) return ''
  const { content } = read()
  if (content.length > largest) return ''
  return plain(decodeText(content.subarray(0, maxRead), String(meta['charset'] ?? '')), otherwise)
}

/** An attached file that may be a note with a password. */
function isText({ kind, name, meta }: Part): boolean {
  if (kind !== 'attachment' && kind !== 'inline') return false
  return /^text\/plain\b/i.test(String(meta['content_type'] ?? '')) || /\.txt$/i.test(name ?? '')
}

function plain(text: string, kind: string): string {
  if (kind === 'body.html') return htmlText(text)
  return kind === 'body.rtf' ? rtfText(text) : text
}

/** What one call may use. The framework measures each step of an iterable on its own; so do we. */
class Watch {
  readonly #context: PluginContext
  readonly #bytesAtStart: number
  #bytes = 0
  #stepEnd = 0

  constructor(context: PluginContext) {
    this.#context = context
    this.#bytesAtStart = context.budget.remainingBytes
    this.handedOver(0)
  }

  /** A new step begins. What was made counts, also where the framework drops it as a duplicate. */
  handedOver(size: number): void {
    this.#bytes += size
    this.#stepEnd = performance.now() + this.#context.budget.limits.max_plugin_time * 1000
  }

  /** False, and told in `truncated`, when no more parts may come. */
  goesOn(): boolean {
    const { budget, signal } = this.#context
    if (!budget.hasTime() || !budget.hasChildren()) return false
    if (!signal.aborted && performance.now() < this.#stepEnd) return true
    return budget.cut('max_plugin_time', `email took longer than ${budget.limits.max_plugin_time} s`)
  }

  /** False, and told once, when a part is larger than what is left; smaller ones may follow. */
  hasRoom(size: number): boolean {
    const { budget } = this.#context
    if (size <= Math.min(budget.remainingBytes, this.#bytesAtStart - this.#bytes)) return true
    return budget.cut('max_bytes', `a part of a mail: more than ${budget.limits.max_bytes} bytes produced`)
  }
}
