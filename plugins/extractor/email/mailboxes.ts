import { lineAfter } from './headers.ts'

/** One message of several. */
export interface Message {
  bytes: Buffer
  offset: number
}

const separator = '\nFrom '

/**
 * The messages of a mailbox (RFC 4155): each begins with a line `From address date` behind an empty line, and a header
 * follows. Null when the bytes do not begin with one. Bytes are not changed: `>From ` stays.
 */
export function splitMailbox(bytes: Buffer): Generator<Message> | null {
  return isSeparator(bytes, 0) ? messagesOf(bytes) : null
}

function* messagesOf(bytes: Buffer): Generator<Message> {
  let start = 0
  for (let at = bytes.indexOf(separator); at >= 0; at = bytes.indexOf(separator, at + 1)) {
    const isBehindEmpty = bytes[at - 1] === 0x0a || (bytes[at - 1] === 0x0d && bytes[at - 2] === 0x0a)
    if (!isBehindEmpty || !isSeparator(bytes, at + 1)) continue
    yield messageAt(bytes, start, bytes[at - 1] === 0x0d ? at - 1 : at)
    start = at + 1
  }
  yield messageAt(bytes, start, bytes.length)
}

function messageAt(bytes: Buffer, line: number, end: number): Message {
  const offset = lineAfter(bytes, line)
  return { bytes: bytes.subarray(offset, Math.max(offset, end)), offset }
}

/** A line of a mailbox and the header line behind it. */
function isSeparator(bytes: Buffer, line: number): boolean {
  const text = bytes.toString('latin1', line, line + 500)
  return /^From [^\r\n]{0,300}\d\d:\d\d[^\r\n]{0,60}\r?\n>?[!-9;-~]{1,60}:/.test(text)
}

/**
 * The messages of one side of an SMTP session (RFC 5321, 4.1.1.4): behind each `DATA` up to the line of one dot; a dot
 * that was put before a line is taken away again. Null when the bytes do not begin as a session does.
 */
export function splitSession(bytes: Buffer): Generator<Message> | null {
  const head = bytes.toString('latin1', 0, 16)
  return /^(?:EHLO |HELO |MAIL FROM:|220[ -])/i.test(head) ? sessionMessages(bytes) : null
}

function* sessionMessages(bytes: Buffer): Generator<Message> {
  for (let at = 0; at < bytes.length; ) {
    const data = nextData(bytes, at)
    if (data < 0) return
    const { end, next } = endOfData(bytes, data)
    if (end > data) yield { bytes: withoutStuffing(bytes.subarray(data, end)), offset: data }
    at = next
  }
}

/** Where the text behind the next `DATA` begins. */
function nextData(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf('\nDATA', from); at >= 0; at = bytes.indexOf('\nDATA', at + 1)) {
    const lineEnd = bytes.toString('latin1', at + 5, at + 7)
    if (lineEnd.startsWith('\n')) return at + 6
    if (lineEnd === '\r\n') return at + 7
  }
  return -1
}

function endOfData(bytes: Buffer, start: number): { end: number; next: number } {
  if (isDotLine(bytes, start - 1)) return { end: start, next: start }
  for (let at = bytes.indexOf('\n.', start); at >= 0; at = bytes.indexOf('\n.', at + 1)) {
    if (isDotLine(bytes, at)) return { end: at + 1, next: at + 2 }
  }
  return { end: bytes.length, next: bytes.length }
}

/** At `newline`: line break, dot, line break. */
function isDotLine(bytes: Buffer, newline: number): boolean {
  if (bytes[newline] !== 0x0a || bytes[newline + 1] !== 0x2e) return false
  const after = bytes[newline + 2]
  return after === 0x0a || (after === 0x0d && bytes[newline + 3] === 0x0a)
}

function withoutStuffing(bytes: Buffer): Buffer {
  if (bytes.indexOf('\n..') < 0 && bytes[0] !== 0x2e) return bytes
  const plain = Buffer.allocUnsafe(bytes.length)
  let length = 0
  for (let index = 0; index < bytes.length; index++) {
    const isStuffed = bytes[index] === 0x2e && (index === 0 || bytes[index - 1] === 0x0a)
    if (!isStuffed) plain[length++] = bytes[index] as number
  }
  return plain.subarray(0, length)
}
