import type { Extracted } from 'stoq'
import { openCompound } from './compound.ts'
import { activeX, externalRelationships, properties } from './external.ts'
import { reachingFields } from './fields.ts'
import { OfficePackage, targetPart } from './package.ts'
import type { Task } from './task.ts'
import { extractVba, scanForVba } from './vba.ts'
import { giveSheets } from './xlm-sheet.ts'
import { readBinaryWorkbook } from './xlsb.ts'
import { readXmlWorkbook } from './xlsm.ts'

/** What an Office Open XML file holds beside its members, which the unpacker of zips gives. */
export async function* openPackage(bytes: Buffer, task: Task): AsyncGenerator<Extracted> {
  const document = new OfficePackage(bytes, task)
  if (!document.has('[Content_Types].xml') && document.relationships.length === 0) return
  yield* openProjects(document, task)
  yield* openMacroSheets(document, task)
  yield* externalRelationships(document, task)
  yield* reachingFields(document, task)
  yield* activeX(document, task)
  yield* properties(document, task)
}

/** VBA projects by their relationship, whatever they are called, and by their name, whatever points to them. */
async function* openProjects(document: OfficePackage, task: Task): AsyncGenerator<Extracted> {
  const related = document.relationships
    .filter(({ type, isExternal }) => type === 'vbaProject' && !isExternal)
    .map(relationship => targetPart(relationship))
  const paths = new Map(
    [...related, ...document.paths(/(^|\/)vbaProject[^/]{0,32}\.bin$/i)].map(path => [
      path.toLowerCase(),
      path,
    ]),
  )
  for (const part of paths.values()) {
    const content = document.read(part)
    if (!content) continue
    const compound = openCompound(content)
    const isFound = compound ? yield* extractVba(compound, { part }, task) : false
    if (!isFound) yield* scanForVba(content, { part }, task)
    if (compound?.damage) task.fault(part, compound.damage)
  }
}

async function* openMacroSheets(document: OfficePackage, task: Task): AsyncGenerator<Extracted> {
  const workbook = document.relationships.find(
    ({ source, type }) => source === '' && type === 'officeDocument',
  )
  const path = workbook
    ? targetPart(workbook)
    : (document.paths(/^xl\/workbook\.bin$/i)[0] ?? 'xl/workbook.xml')
  const isBinary = path.toLowerCase().endsWith('.bin')
  const { sheets, names } = isBinary ? readBinaryWorkbook(document, path) : readXmlWorkbook(document, path)
  yield* giveSheets(sheets, names, task)
}
