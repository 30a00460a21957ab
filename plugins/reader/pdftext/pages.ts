import { setImmediate } from 'node:timers/promises'
import type { PDFDocumentLoadingTask, PDFDocumentProxy, PDFPageProxy } from 'unpdf/pdfjs'

/** A page count is what the document claims: after so many pages in a row that cannot be read there are no more. */
const maxFailedPages = 100
/** PasswordResponses.NEED_PASSWORD of pdf.js. */
const needPassword = 1

export interface PageOptions {
  password: string | undefined
  signal: AbortSignal
  /** Called for each page that cannot be read. */
  onFault: (error: unknown) => void
}

/**
 * The text of every page that can be read, in parts, each page ended by a line break. Stops early when `signal` is aborted.
 * Throws what pdf.js throws when the document does not open, or when none of its pages can be read.
 */
export async function* pageTexts(payload: Uint8Array, options: PageOptions): AsyncGenerator<string, void> {
  const task = await open(payload, options.password)
  try {
    yield* documentTexts(await task.promise, options)
  } finally {
    void task.destroy()
  }
}

/** v1 readers give a password to every document: it is only used where the empty one does not open it. */
async function open(payload: Uint8Array, password: string | undefined): Promise<PDFDocumentLoadingTask> {
  const task = await load(payload)
  const fault = await task.promise.then(
    () => null,
    (error: unknown) => error,
  )
  if (!fault) return task
  void task.destroy()
  const isLocked = fault instanceof Error && 'code' in fault && fault.code === needPassword
  if (!isLocked || password === undefined) throw fault
  return load(payload, password)
}

/** pdf.js keeps the bytes that it is given: it gets a copy. It is silent, and neither fonts nor images are of use here. */
async function load(payload: Uint8Array, password?: string): Promise<PDFDocumentLoadingTask> {
  const { getResolvedPDFJS } = await import('unpdf')
  const { getDocument } = await getResolvedPDFJS()
  return getDocument({
    data: new Uint8Array(payload),
    verbosity: 0,
    disableFontFace: true,
    useSystemFonts: false,
    useWasm: false,
    ...(password === undefined ? {} : { password }),
  })
}

async function* documentTexts(
  document: PDFDocumentProxy,
  options: PageOptions,
): AsyncGenerator<string, void> {
  const { signal, onFault } = options
  let [read, failed]: [number, number] = [0, 0]
  for (let page = 1; page <= document.numPages && !signal.aborted; page++) {
    try {
      yield* pageText(await document.getPage(page))
      read++
      failed = 0
    } catch (error) {
      onFault(error)
      if (++failed < maxFailedPages && page < document.numPages) continue
      if (read === 0) throw error
      return
    }
  }
}

async function* pageText(page: PDFPageProxy): AsyncGenerator<string, void> {
  const reader = page.streamTextContent().getReader()
  let hasText = false
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const text = partText(part.value)
      hasText ||= text !== ''
      yield text
      // pdf.js works in promises alone: without this turn of the event loop no timer of the caller would ever run.
      await setImmediate()
    }
    if (hasText) yield '\n'
  } finally {
    // Without a reason that is an Error pdf.js refuses to cancel, and its part that parses waits for ever.
    reader.cancel(new DOMException('no more text is wanted', 'AbortError')).catch(() => {
      // The document is gone already: there is nothing left to cancel.
    })
    page.cleanup()
  }
}

function partText(part: { items: unknown[] }): string {
  let text = ''
  for (const item of part.items as { str?: string; hasEOL?: boolean }[]) {
    text += (item.str ?? '') + (item.hasEOL ? '\n' : '')
  }
  return text
}
