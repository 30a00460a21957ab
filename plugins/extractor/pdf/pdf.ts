import {
  type Extracted,
  type ExtractedResult,
  errorText,
  type Kwargs,
  type Payload,
  type PluginContext,
  StoqError,
  StoqExtractorPlugin,
} from 'stoq'
import { Children } from './children.ts'
import { PdfDocument } from './document.ts'
import { findMarks } from './marks.ts'
import { Cut, Task } from './task.ts'

/** Passwords that are tried on one document; words of a mail may be many. */
const maxPasswords = 1000

/**
 * Takes PDF files apart, damaged and encrypted ones too: embedded files, JavaScript, XFA forms, a list of actions, and streams
 * that hold a known kind of file or script. meta: `type`, `filename`, `size`, `object`, `offset` in bytes, and what README.md lists.
 */
export class PdfExtractor extends StoqExtractorPlugin {
  /** Tried in this order, after the empty one, when the document is encrypted. */
  password_list: string[] = ['infected', 'password']
  /** True: every stream is given, decoded. */
  all_streams = false

  extract(payload: Payload, kwargs: Kwargs, context: PluginContext): ExtractedResult {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    if (findMarks(bytes).next().done) return null
    return this.#takeApart(bytes, this.#passwords(kwargs), new Task(context))
  }

  /** What can be read comes first; what could not is thrown at the end. */
  async *#takeApart(bytes: Buffer, passwords: string[], task: Task): AsyncGenerator<Extracted> {
    try {
      if (passwords.length > maxPasswords)
        task.cut('passwords', `${passwords.length - maxPasswords} passwords for a PDF not tried`)
      const document = new PdfDocument(bytes, passwords.slice(0, maxPasswords), task)
      await document.open()
      yield* new Children(document, task).each(this.all_streams)
    } catch (cause) {
      if (cause instanceof StoqError) throw cause
      if (!(cause instanceof Cut)) throw this.#failure(errorText(cause), cause)
    }
    if (task.verdict !== null) throw this.#failure(task.verdict)
  }

  /** The empty one, `pdf_password`, `archive_passwords` in place of the option, then the words of the mail that carried it. */
  #passwords(kwargs: Kwargs): string[] {
    const known =
      kwargs['archive_passwords'] === undefined ? this.password_list : list(kwargs['archive_passwords'])
    const own = kwargs['pdf_password']
    const first = Array.isArray(own) ? list(own) : [String(own ?? '')]
    return [...new Set(['', ...first, ...known, ...list(kwargs['password_words'])])]
  }

  #failure(reason: string, cause?: unknown): StoqError {
    return new StoqError(
      'STOQ_PLUGIN_FAILED',
      ['extractor:pdf', reason],
      cause === undefined ? {} : { cause },
    )
  }
}

/** Text with commas, or a list. */
function list(given: unknown): string[] {
  if (typeof given === 'string') return given.split(',').map(word => word.trim())
  return Array.isArray(given) ? given.map(String) : []
}
