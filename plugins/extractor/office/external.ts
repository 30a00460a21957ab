import type { Extracted } from 'stoq'
import type { OfficePackage } from './package.ts'
import { Lines, type Task } from './task.ts'
import { xmlTags } from './xml.ts'

/** Relationships to the outside, one on a line: type, target, the part that has it. Loaded ones come before links to click. */
export function* externalRelationships(document: OfficePackage, task: Task): Generator<Extracted, void> {
  const outside = document.relationships.filter(relationship => relationship.isExternal)
  const lines = new Lines()
  for (const isLink of [false, true]) {
    for (const { type, target, source } of outside) {
      if ((type === 'hyperlink') === isLink) lines.add(type, target, source)
    }
  }
  const types = [...new Set(outside.map(({ type }) => type.slice(0, maxType).toWellFormed()))]
    .sort()
    .slice(0, maxTypes)
  yield* task.giveLines({ filename: 'external-relationships.txt', kind: 'external', types }, lines)
}

/** A type is what the document says it is: not more than these, and no longer ones, are told in the metadata. */
const maxTypes = 20
const maxType = 64

/** ActiveX controls, one on a line: class, how its state is kept, the part that has it. */
export function* activeX(document: OfficePackage, task: Task): Generator<Extracted, void> {
  const lines = new Lines()
  for (const path of document.paths(/(^|\/)activeX\/[^/]+\.xml$/i)) {
    for (const tag of xmlTags(document.readText(path))) {
      if (tag.isClosing || tag.name !== 'ocx') continue
      lines.add(tag.attribute('classid') ?? '', tag.attribute('persistence') ?? '', path)
    }
  }
  yield* task.giveLines({ filename: 'activex.txt', kind: 'activex' }, lines)
}

/** Custom properties and document variables, which macros and fields read: `name = value` and the part that has it. */
export function* properties(document: OfficePackage, task: Task): Generator<Extracted, void> {
  const lines = new Lines()
  for (const path of document.paths(/^docProps\/custom\.xml$|(^|\/)settings\.xml$/i)) {
    for (const text of namedValues(document.readText(path))) lines.add(text, path)
  }
  yield* task.giveLines({ filename: 'properties.txt', kind: 'properties' }, lines)
}

function* namedValues(xml: string): Generator<string, void> {
  let property = ''
  for (const { name, isClosing, text, attribute } of xmlTags(xml)) {
    if (name === 'docVar' && !isClosing) yield `${attribute('name') ?? ''} = ${attribute('val') ?? ''}`
    else if (name === 'property' && !isClosing) property = attribute('name') ?? ''
    else if (isClosing && property !== '' && text.trim() !== '') yield `${property} = ${text}`
  }
}
