import type { Extracted, Kwargs } from 'stoq'
import { type Compound, compoundMagic, openCompound } from './compound.ts'
import { decryptDocument, decryptPackage, decryptWorkbook, type Encrypted, findStream } from './decrypt.ts'
import { Guesser, passwordsFrom } from './passwords.ts'
import { presentationStorages } from './presentation.ts'
import { baseName, Lines, type Task } from './task.ts'
import { extractVba, type Origin, scanForVba } from './vba.ts'
import { wordDdeFields } from './word-fields.ts'
import { giveSheets } from './xlm-sheet.ts'
import { readWorkbook } from './xls.ts'

/** Compound files that are looked for in one payload. */
const maxCompounds = 8

/** The options that count here. */
interface Options {
  password_list: readonly string[]
  maximum_rounds: number
}

/** The compound file that a payload is, or each one in it; where none of them gives source of VBA, what looks like it anywhere. */
export async function* openCompounds(
  bytes: Buffer,
  kwargs: Kwargs,
  options: Options,
  task: Task,
): AsyncGenerator<Extracted> {
  const guesser = new Guesser(passwordsFrom(options.password_list, kwargs), options.maximum_rounds, task)
  const told = typeof kwargs.filename === 'string' ? baseName(kwargs.filename) : undefined
  const filename = (told ?? 'decrypted').toWellFormed()
  let isFound = false
  let at = bytes.indexOf(compoundMagic)
  for (let count = 0; at >= 0 && count < maxCompounds; count++) {
    const payload = bytes.subarray(at)
    const compound = openCompound(payload)
    const origin = at === 0 ? {} : { document_offset: at }
    if (compound) {
      const hasVba = yield* extractVba(compound, origin, task)
      isFound ||= hasVba
      yield* openDocument({ payload, compound, filename, guesser, task }, origin)
      if (compound.damage) task.fault(null, compound.damage)
    }
    // What lies within a compound file comes out of it by stream.
    at = at === 0 ? -1 : bytes.indexOf(compoundMagic, at + compoundMagic.length)
  }
  if (!isFound) yield* scanForVba(bytes, {}, task)
}

async function* openDocument(given: Encrypted, origin: Origin): AsyncGenerator<Extracted> {
  const { compound, task } = given
  yield* decryptPackage(given)
  const workbook = findStream(compound, 'Workbook')
  if (workbook) yield* openWorkbook(given, workbook, origin)
  const document = findStream(compound, 'WordDocument')
  if (document) {
    yield* decryptDocument(given, document)
    yield* ddeFields(compound.read(document), task, origin)
  }
  const presentation = findStream(compound, 'PowerPoint Document')
  if (presentation) yield* presentationStorages(compound.read(presentation), task)
}

async function* openWorkbook(
  given: Encrypted,
  entry: Compound['entries'][number],
  origin: Origin,
): AsyncGenerator<Extracted> {
  const { compound, task } = given
  const workbook = readWorkbook(compound.read(entry))
  if (workbook.isEncrypted) return yield* decryptWorkbook(given, entry)
  if (workbook.isOld)
    return task.fault(entry.path, 'no workbook of Excel 97 or later: macro sheets are not read')
  yield* giveSheets(workbook.sheets, workbook.sheets.length > 0 ? workbook.names.defined : [], task)
  const lines = new Lines()
  for (const link of workbook.names.links)
    lines.add(link.includes('|') ? 'DDE or OLE' : 'workbook', link, entry.path)
  yield* task.giveLines({ filename: 'external-links.txt', kind: 'external', ...origin }, lines)
}

function* ddeFields(stream: Buffer, task: Task, origin: Origin): Generator<Extracted> {
  const lines = new Lines()
  for (const { code, offset } of wordDdeFields(stream)) lines.add(code, `WordDocument:${offset}`)
  yield* task.giveLines({ filename: 'fields.txt', kind: 'dde', ...origin }, lines)
}
