import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { documentSchema, type ResultDocument } from 'stoq'
import { openScratch } from 'stoq/testing'

const root = fileURLToPath(new URL('../..', import.meta.url))
const kept = join(root, 'test/golden/documents')
const rules = [join(root, 'packages/stoq/rules/dispatcher.yar'), join(kept, 'workers.yar')]
const fixtures = join(root, 'test/fixtures/plugins')

/** What each shows: names, damage, passwords, depth, links, documents, programs in programs, keys. */
const parity = `
  bz2_text.bz2 deb_sample.deb empty.bin gz_badcrc.gz jar_hello.jar jpg_pe.jpg pe_in_pe.exe tar_links.tar
  tarbz2.tar.bz2 trunc_zip_plain.zip xor1_fe.bin zip_aes_infected.zip zip_badcrc.zip zip_ctlnames.zip
  zip_dupnames.zip zip_plain.zip zip_prefixed.bin zip_pw_secret.zip zip_traversal.zip
`
  .trim()
  .split(/\s+/)
  .map(name => `test/parity/samples/${name}`)
const samples = readdirSync(join(root, 'samples'))
  .filter(name => !name.startsWith('.') && !name.endsWith('.md'))
  .map(name => `samples/${name}`)
const scanned = [...samples, ...parity]

for (const sample of scanned) {
  const name = basename(sample)
  test(`${name} gives the document that is kept`, async () => {
    const document = normalised(await scan(sample))
    if (process.env['UPDATE_GOLDEN']) writeFileSync(keptPath(name), `${JSON.stringify(document, null, 2)}\n`)
    assert.deepEqual(document, readKept(name), 'run again with UPDATE_GOLDEN=1 and read the difference')
  })

  test(`the document of ${name} is as the schema says`, () => {
    const document = { ...readKept(name), date: '2026-01-01T00:00:00.000Z' }
    const ajv = new Ajv2020({ allErrors: true })
    assert.ok(ajv.validate(documentSchema, document), ajv.errorsText())
  })
}

test('every document that is kept is one of a sample that is scanned, each sample once', () => {
  const names = scanned.map(sample => `${basename(sample)}.json`).sort()
  const files = readdirSync(kept).filter(name => name.endsWith('.json'))
  assert.deepEqual(files.sort(), names)
})

test('among the documents are errors, cuts, repeated contents and results of workers that a rule chose', () => {
  const documents = scanned.map(sample => readKept(basename(sample)))
  const entries = documents.flatMap(document => document.results)
  assert.ok(documents.some(document => document.errors.length > 0))
  assert.ok(documents.some(document => document.truncated.length > 0))
  assert.ok(entries.some(entry => entry.duplicate_of !== undefined))
  assert.ok(entries.some(entry => entry.workers !== undefined))
})

/** The document of one file, scanned by the worker yara and taken apart. */
async function scan(sample: string): Promise<ResultDocument> {
  const yara = { dispatch: true, saveresults: false, reload: false }
  await using scratch = openScratch({
    log_level: 'critical',
    plugin_dir_list: [fixtures],
    dispatch_rules: rules,
    plugin_options: { worker: { yara } },
  })
  const path = join(root, sample)
  scratch.stoq.grantPath(path)
  const worker = await scratch.stoq.loadPlugin('yara', 'worker')
  const [document] = await worker.start(null, { path, archive: 'file' })
  assert.ok(document)
  return document
}

/** The document as JSON, with what is another at every run or on every machine replaced. */
function normalised(document: ResultDocument): ResultDocument {
  const ids = [...new Set(document.results.flatMap(entry => entry.uuid))]
  const text = ids.reduce(
    (whole, id, index) => whole.replaceAll(id, `<uuid${index + 1}>`),
    JSON.stringify({ ...document, id: '<id>', date: '<date>' }),
  )
  return JSON.parse(text.replaceAll(root, ''))
}

function keptPath(name: string): string {
  return join(kept, `${name}.json`)
}

function readKept(name: string): ResultDocument {
  return JSON.parse(readFileSync(keptPath(name), 'utf8'))
}
