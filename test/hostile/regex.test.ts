import { test } from 'node:test'
import { type ResultDocument, StoqCarverPlugin } from 'stoq'
import { prepare } from '../../packages/stoq/src/ingest/http-request.ts'
import { forceUnicode } from '../../packages/stoq/src/payload/text.ts'
import { dumps, loads, sanitizeJson } from '../../packages/stoq/src/results/json.ts'
import { printable } from '../../packages/stoq/src/results/printable.ts'
import { filters } from '../../packages/stoq/src/templates/filters.ts'
import { prepareSource } from '../../packages/stoq/src/templates/source.ts'
import { briefJson } from '../../plugins/connector/stdout/brief.ts'
import { renderTree } from '../../plugins/connector/stdout/tree.ts'
import { summarize } from '../../plugins/decorator/summary/summary.ts'
import { readNumber } from '../../plugins/extractor/decompress/headers.ts'
import { baseName, streamName } from '../../plugins/extractor/decompress/names.ts'
import { ListingReader } from '../../plugins/extractor/decompress/sevenzip-listing.ts'
import { ComplaintReader, hasWrongPassword } from '../../plugins/extractor/decompress/sevenzip-text.ts'
import { shownText } from '../../plugins/reader/pdftext/text-operators.ts'
import { trapOf, traps } from '../../scripts/bombs/traps.ts'
import { assertLinear } from './growth.ts'

class AnyCarver extends StoqCarverPlugin {
  carve(): null {
    return null
  }
}

const latin1 = (text: string) => Buffer.from(text, 'latin1')

const documentWith = (text: string) =>
  ({
    date: '',
    tlp: 'white',
    payloads: 1,
    plugins: {},
    results: [{ payload_id: 0, parent_id: null, filename: text, magic: '', size: 1, scan: { [text]: text } }],
    errors: [],
    truncated: [],
  }) as unknown as ResultDocument

/** Whatever holds a regular expression that bytes or names of an attacker reach, by what it is given. */
const readers: Record<string, (text: string) => unknown> = {
  'forceUnicode, head of XML or HTML': text => forceUnicode(latin1(text)),
  printable,
  'JSON of a text': text => dumps({ [text]: text }),
  'text as JSON': text => {
    try {
      return loads(text)
    } catch {
      return null
    }
  },
  'keys for databases': text => sanitizeJson({ [text]: 1 }),
  'address that is refused': text =>
    prepare({ url: `http://[${text}`, method: 'GET', maxBytes: 0 }).catch(() => null),
  'carver: a pattern over the payload': text => [
    ...new AnyCarver().carvePayload('\\x4d\\x5a|\\x5a\\x4d', latin1(text)),
  ],
  'template filter wordcount': text => filters['wordcount']?.(text),
  'template filter wordwrap': text => filters['wordwrap']?.(text, 10),
  'template filter format': text => filters['format']?.(text, 1, 2, 3),
  'template source': prepareSource,
  'stdout: tree': text => renderTree(documentWith(text), { colour: true, width: 80 }),
  'stdout: brief JSON': text => briefJson({ [text]: text }, 80),
  'summary of a document': text => summarize(documentWith(text)),
  'decompress: name in an archive': baseName,
  'decompress: name of a stream': text => streamName('swf', text) ?? streamName('gz', text),
  'decompress: number in a tar header': text => readNumber(latin1(text)),
  'decompress: listing of 7-Zip': text => {
    const reader = new ListingReader()
    reader.read(latin1(`Path = x\nMode = ${text}\n\n`))
    return reader.end()
  },
  'decompress: complaints of 7-Zip': text => new ComplaintReader().read(latin1(`ERRORS:\n${text}\n`)),
  'decompress: passwords in complaints': hasWrongPassword,
  'pdftext: operators of a page': shownText,
}

/** Characters of the shorter trap. What grows by copying is cheap as long as it is short. */
const sizes: Record<string, number> = { 'pdftext: operators of a page': 250_000 }

for (const [reader, read] of Object.entries(readers)) {
  test(`traps of four times the size take about four times as long: ${reader}`, async () => {
    for (const name of Object.keys(traps)) {
      await assertLinear(`${reader} on ${name}`, sizes[reader] ?? 50_000, size => {
        const text = trapOf(name, size)
        return () => read(text)
      })
    }
  })
}
