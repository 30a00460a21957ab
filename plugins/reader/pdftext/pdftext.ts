import {
  type Budget,
  errorText,
  type Kwargs,
  type Payload,
  type PluginContext,
  type Stoq,
  StoqError,
  StoqReaderPlugin,
} from 'stoq'
import { ignoreForgotten, stopIgnoring } from './forgotten.ts'
import { pageTexts } from './pages.ts'
import { streamTexts } from './raw-scan.ts'
import { trapIn } from './traps.ts'

/** Characters of text that are read of one document. */
const maxText = 64 * 1024 * 1024
/** Milliseconds for one document when the caller sets no limit. */
const maxTime = 60_000

interface Limits {
  signal: AbortSignal
  /** Absent when the caller has none. */
  budget: Budget | undefined
}

/**
 * Reads the text of a PDF, one line break at the end of each page; null when it has none, or is no PDF.
 * An encrypted one opens with the empty password or with `pdf_password`. Of a damaged one, what its streams still hold is read.
 * Throws when the password is missing or wrong, and when a PDF is too damaged to give any text.
 */
export class PdfTextReader extends StoqReaderPlugin {
  override activate(stoq: Stoq): boolean | Promise<boolean> {
    // Throws, with the name of the package, when it is not installed; it is loaded when the first PDF comes.
    import.meta.resolve('unpdf')
    ignoreForgotten()
    return super.activate(stoq)
  }

  override deactivate(): void | Promise<void> {
    if (this.is_activated) stopIgnoring()
    return super.deactivate()
  }

  async read(payload: Payload, kwargs: Kwargs = {}, context?: PluginContext): Promise<string | null> {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    if (!bytes.includes(' obj') && !isPdf(bytes)) return null
    const limits = { signal: context?.signal ?? AbortSignal.timeout(maxTime), budget: context?.budget }
    const trap = trapIn(bytes)
    if (trap !== null) return this.#salvage(bytes, new Error(trap), limits)
    try {
      return await this.#readPages(payload, kwargs['pdf_password'], limits)
    } catch (error) {
      if (isPasswordFault(error)) throw this.#fault(passwordReason(error.code), error)
      return this.#salvage(bytes, error, limits)
    }
  }

  async #readPages(payload: Payload, given: unknown, limits: Limits): Promise<string | null> {
    let failed = 0
    const password = given === undefined || given === null ? undefined : String(given)
    const pages = pageTexts(payload, { password, signal: limits.signal, onFault: () => failed++ })
    const text = await collect(pages, limits)
    if (failed > 0) this.log.warning(`${failed} pages of the PDF cannot be read`)
    return text
  }

  async #salvage(bytes: Buffer, error: unknown, limits: Limits): Promise<string | null> {
    const isLate = limits.signal.aborted
    const reason = isLate ? 'the time for the PDF is up' : `the PDF is damaged: ${errorText(error)}`
    const text = await collect(streamTexts(bytes, limits.signal), limits)
    if (text === null && isPdf(bytes)) throw this.#fault(reason, error)
    if (text !== null) this.log.warning(`${reason} Its text is what its streams still hold.`)
    return text
  }

  #fault(reason: string, cause: unknown): StoqError {
    return new StoqError('STOQ_PLUGIN_FAILED', [this.id, reason], { cause })
  }
}

/** Text up to the limits; what they cut is told in the budget. Null when there is none. */
async function collect(texts: AsyncIterable<string>, { signal, budget }: Limits): Promise<string | null> {
  const limit = Math.min(maxText, budget?.remainingBytes ?? maxText)
  let text = ''
  for await (const part of texts) {
    text += part.slice(0, limit - text.length)
    if (text.length === limit) budget?.cut('max_bytes', `text of a PDF after ${limit} characters`)
    if (text.length === limit || signal.aborted) break
  }
  if (signal.aborted) budget?.cut('max_plugin_time', `text of a PDF after ${text.length} characters`)
  return text.trim() === '' ? null : text
}

/** Readers of PDF take the header anywhere in the first 1024 bytes (PDF reference 1.7, note 13 of appendix H). */
function isPdf(bytes: Buffer): boolean {
  return bytes.subarray(0, 1024).includes('%PDF-')
}

function isPasswordFault(error: unknown): error is Error & { code: number } {
  return error instanceof Error && error.name === 'PasswordException' && 'code' in error
}

/** PasswordResponses of pdf.js: 1 is "need", 2 is "incorrect". */
function passwordReason(code: number): string {
  if (code === 1) return 'the PDF is encrypted; give its password as pdf_password'
  return 'the PDF is encrypted, and pdf_password is not its password'
}
