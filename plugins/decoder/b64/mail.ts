/** The parts of a mail are taken apart by the plugin for mail, which knows their names. */
export class MailParts {
  readonly #payload: Uint8Array
  readonly #isMail: boolean

  constructor(payload: Uint8Array) {
    this.#payload = payload
    const head = textOf(payload, 0, 8192)
    this.#isMail =
      /^(?:\xef\xbb\xbf)?[\r\n]*(?:From |[\w-]{1,70}:)/.test(head) && /^mime-version:/im.test(head)
  }

  /** True when the body of a part in Base64 begins at `offset` (RFC 2045): its header and a blank line are before it. */
  has(offset: number): boolean {
    if (!this.#isMail) return false
    const raw = textOf(this.#payload, Math.max(0, offset - 2048), offset)
    const before = raw.replaceAll('\r\n', '\n').replaceAll('\r', '\n')
    const header = before.trimEnd()
    if (before.length - header.length < 2) return false
    return /content-transfer-encoding:[ \t]*base64/i.test(header.slice(header.lastIndexOf('\n\n') + 1))
  }
}

function textOf(payload: Uint8Array, start: number, end: number): string {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('latin1', start, end)
}
