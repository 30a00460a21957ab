/** A byte order mark, empty lines and the line that a mailbox puts before a message are no part of it. */
export function startOfMail(bytes: Buffer): number {
  let start = bytes.toString('latin1', 0, 3) === '\xef\xbb\xbf' ? 3 : 0
  while (bytes[start] === 0x0a || bytes[start] === 0x0d) start++
  const head = bytes.toString('latin1', start, start + 6)
  const line = /^>?From /.test(head) ? bytes.indexOf(0x0a, start) + 1 : start
  return line === 0 ? start : line
}

/** Bytes within which the first line of a message ends. */
const maxFirstLine = 1000

/**
 * The same bytes, with LF for each CR that stands alone, when the first line ends with one and another field or the end of the
 * headers follows: so old Macs and careless scripts write. What stands where stays the same.
 */
export function withLineFeeds(bytes: Buffer, start: number): Buffer {
  const head = bytes.toString('latin1', start, start + maxFirstLine)
  if (!/^[^\r\n]{1,998}\r(?:[!-9;-~]{1,64}:|[ \t]|\r(?!\n))/.test(head)) return bytes
  const lines = Buffer.from(bytes)
  for (let at = lines.indexOf(0x0d, start); at >= 0; at = lines.indexOf(0x0d, at + 1)) {
    if (lines[at + 1] !== 0x0a) lines[at] = 0x0a
  }
  return lines
}
