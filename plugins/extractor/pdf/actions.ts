import type { PdfDocument } from './document.ts'
import type { PdfObject } from './objects.ts'
import { textOf } from './strings.ts'
import { type Dict, get, isDict, type Value } from './values.ts'

/** What a document can do by itself or on a click; one line of `actions.json`. */
export interface Action {
  action: string
  /** What starts it: `OpenAction`, `AA/O`, `A` (an annotation or bookmark). */
  trigger?: string
  /** Number and generation of the object that holds it. */
  object?: string
  [detail: string]: unknown
}

/** Actions that reach out of the document or run something (ISO 32000-2, table 201). Scripts come out by themselves. */
const kinds = new Set([
  'URI',
  'Launch',
  'SubmitForm',
  'ImportData',
  'GoToR',
  'GoToE',
  'GoTo3DView',
  'Thread',
  'Rendition',
  'RichMediaExecute',
])

const maxText = 65_536

/** The details of an action dictionary; null for other dictionaries and for actions that only move in the document. */
export function readAction(document: PdfDocument, dict: Dict, owner: PdfObject): Action | null {
  const kind = get(dict, 'S')
  if (typeof kind !== 'string' || !kinds.has(kind)) return null
  return { action: kind, ...details(document, dict, owner) }
}

/** Data of a stream that is in another file or at an address. */
export function readExternal(document: PdfDocument, dict: Dict, owner: PdfObject): Action | null {
  const file = fileText(document, get(dict, 'F'), owner)
  return file === null ? null : { action: 'ExternalStream', file }
}

function details(document: PdfDocument, dict: Dict, owner: PdfObject): Record<string, string> {
  const { value: win } = document.resolve(get(dict, 'Win'), owner)
  const windows = isDict(win) ? win : null
  const found: Record<string, string | null> = {
    uri: text(document, get(dict, 'URI'), owner),
    file: fileText(document, get(dict, 'F'), owner),
    windows_file: windows && text(document, get(windows, 'F'), owner),
    parameters: windows && text(document, get(windows, 'P'), owner),
    directory: windows && text(document, get(windows, 'D'), owner),
    operation: windows && text(document, get(windows, 'O'), owner),
    destination: text(document, get(dict, 'D'), owner),
  }
  return Object.fromEntries(
    Object.entries(found).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  )
}

/** The text of a string, null for every other value. */
export function text(document: PdfDocument, given: Value, owner: PdfObject): string | null {
  const { value, owner: holder } = document.resolve(given, owner)
  if (!(value instanceof Uint8Array)) return null
  const bytes = document.string(value.subarray(0, maxText), holder)
  return bytes && textOf(bytes)
}

/** The file of a file specification (ISO 32000-2, 7.11): a string, or a dictionary with names for systems. */
export function fileText(document: PdfDocument, given: Value, owner: PdfObject): string | null {
  const { value, owner: holder } = document.resolve(given, owner)
  if (value instanceof Uint8Array) return text(document, value, holder)
  if (!isDict(value)) return null
  for (const name of ['UF', 'F', 'Unix', 'DOS', 'Mac']) {
    const found = text(document, get(value, name), holder)
    if (found !== null && found !== '') return found
  }
  return null
}
