import {
  type Extracted,
  type ExtractedResult,
  type Kwargs,
  type Payload,
  type PluginContext,
  StoqError,
  StoqExtractorPlugin,
} from 'stoq'
import { type DataObject, findDataObjects } from './data-objects.ts'
import { guidBytes } from './guid.ts'
import { type FileName, readNames } from './names.ts'

/** What sections and their tables of contents begin with ([MS-ONESTORE] 2.3.1). */
const sectionTypes = ['7B5C52E4-D88C-4DA7-AEB1-5378D02996D3', '43FF2FA1-EFD9-4C76-9EE2-10EA5722765F'].map(
  guidBytes,
)
/** The fourth GUID of those that OneDrive hands out: they hold no frames (2.8). */
const packaged = guidBytes('638DE92F-A6D4-4BC1-9A36-B3FC2511A5B7')

/**
 * Extracts the files and pictures that are embedded in OneNote sections, in damaged ones as well. meta: `offset` of the
 * content, `size`, `filename` and `extension` as the section tells them, `original_path` where the file came from, `damaged`.
 */
export class OneNoteExtractor extends StoqExtractorPlugin {
  extract(payload: Payload, _kwargs: Kwargs, { signal }: PluginContext): ExtractedResult {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    const objects = findDataObjects(bytes)
    if (objects.length > 0) return extractAll(bytes, objects, signal)
    if (isPackaged(bytes))
      throw failure('the section is packaged as OneDrive does it, which is not supported')
    return null
  }
}

function* extractAll(
  bytes: Buffer,
  objects: readonly DataObject[],
  signal: AbortSignal,
): Generator<Extracted, void> {
  const names = readNames(
    bytes,
    objects.filter(({ damaged }) => damaged === undefined),
  )
  for (const found of objects) {
    if (signal.aborted) return
    if (found.end > found.start)
      yield [metaOf(found, names.get(found.offset)), bytes.subarray(found.start, found.end)]
  }
  const damaged = objects.filter(object => object.damaged !== undefined).length
  if (damaged > 0) throw failure(`embedded files that are not whole: ${damaged}`)
}

function metaOf({ start, end, damaged }: DataObject, told: FileName = {}): Record<string, unknown> {
  const { name, path, extension } = told
  const filename = baseName(name ?? '') ?? baseName(path ?? '')
  const original = path ?? name
  return {
    offset: start,
    size: end - start,
    ...(filename !== null && { filename }),
    ...(extension !== undefined && { extension }),
    ...(original !== undefined && original !== filename && { original_path: original }),
    ...(damaged !== undefined && { damaged }),
  }
}

/** Last part of a path; both kinds of slash separate. Null when nothing is left that could be a name. */
function baseName(path: string): string | null {
  return path.split(/[/\\]/).findLast(part => part !== '' && part !== '.' && part !== '..') ?? null
}

function isPackaged(bytes: Buffer): boolean {
  return (
    sectionTypes.some(type => bytes.subarray(0, 16).equals(type)) && bytes.subarray(48, 64).equals(packaged)
  )
}

function failure(reason: string): StoqError {
  return new StoqError('STOQ_PLUGIN_FAILED', ['extractor:onenote', reason])
}
