import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { GridFSBucket, type ObjectId } from 'mongodb'
import { openScratch } from 'stoq/testing'
import { TestStore } from './mongodb.ts'
import { serverOptions, TestQueue } from './rabbitmq.ts'
import { serviceTest } from './service.ts'

const stoq = fileURLToPath(new URL('../../packages/stoq/bin/stoq.js', import.meta.url))
const samples = fileURLToPath(new URL('../../samples', import.meta.url))
const more = fileURLToPath(new URL('../parity/samples', import.meta.url))

/** Of other kinds than those of `samples`. */
const chosen = ['7z_plain.7z', 'b64_hello.txt', 'badhdr_gz_text.txt.gz', 'bz2_text.bz2', 'cab_mszip.cab']
const others = ['eml_zip_pe.eml', 'empty.bin', 'elf64_trunc', 'xlsx_sheets.xlsx', 'zip_plain.zip']

type Document = Record<string, unknown> & { results: Record<string, unknown>[] }

/** What tells of the way that a payload came, not of what it is. */
const ofTheWay = ['archive', 'path', 'uuid', 'sha1', 'conn_id', 'source_meta', 'priority', 'index']

/** A document without its id, its date, and the lineage of its payloads. */
function essence({ id: _, _id, date, ...document }: Document): object {
  const results = document.results.map(entry => {
    const isRoot = entry['payload_id'] === 0
    const rest = Object.entries(entry).filter(
      ([key]) => key !== 'uuid' && !(isRoot && ofTheWay.includes(key)),
    )
    return Object.fromEntries(rest)
  })
  return { ...document, results }
}

/** The command as a user calls it, in a home with this stoq.cfg. */
async function run(home: string, settings: Record<string, unknown>, ...words: string[]): Promise<void> {
  mkdirSync(home, { recursive: true })
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name} = ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  writeFileSync(join(home, 'stoq.cfg'), ['[core]', ...lines, 'log_level = error', ''].join('\n'))
  const env = { ...process.env, STOQ_HOME: home }
  await promisify(execFile)(process.execPath, [stoq, ...words], { env, timeout: 120_000 }).catch(
    // 1: there were damaged payloads.
    ({ code, stderr }) => assert.equal(code, 1, stderr),
  )
}

/** The documents of a store; one that a collection does not take is in a bucket as packed JSON. */
async function documentsIn(store: TestStore): Promise<Document[]> {
  const found = await store.documents.collection('yara').find().toArray()
  const bucket = new GridFSBucket(store.documents, { bucketName: 'documents' })
  return Promise.all(
    found.map(async document => {
      if (!document['packed']) return document as unknown as Document
      const packed = await buffer(bucket.openDownloadStream(document['packed']._id as ObjectId))
      return JSON.parse(gunzipSync(packed).toString())
    }),
  )
}

function visible(folder: string): string[] {
  return readdirSync(folder).filter(name => !name.startsWith('.'))
}

function byPayload(documents: readonly Document[]): Map<unknown, object> {
  return new Map(documents.map(document => [document.results[0]?.['sha256'], essence(document)]))
}

serviceTest(
  ['rabbitmq', 'mongodb'],
  'a publisher, a broker, a store and three consumers make the documents that one process makes',
  async () => {
    await using queue = await new TestQueue().open()
    await using store = new TestStore()
    await using scratch = openScratch()
    const folder = join(scratch.home, 'payloads')
    mkdirSync(folder)
    for (const name of visible(samples)) copyFileSync(join(samples, name), join(folder, name))
    for (const name of [...chosen, ...others]) copyFileSync(join(more, name), join(folder, name))
    const count = visible(folder).length

    const embedded = join(scratch.home, 'embedded')
    await run(embedded, { default_connector: 'file' }, 'yara', '-F', folder, '-D')
    const out = join(embedded, 'results/yara')
    const wanted = byPayload(readdirSync(out).map(name => JSON.parse(readFileSync(join(out, name), 'utf8'))))
    assert.equal(wanted.size, count)

    const plugin_options = { source: { rabbitmq: serverOptions }, connector: { mongodb: store.options() } }
    const publisher = join(scratch.home, 'publisher')
    await run(publisher, { plugin_options }, 'publisher', '-F', folder, '-A', 'mongodb', '-w', queue.name)
    assert.equal(await queue.waiting(queue.name, count), count)
    const consumer = { plugin_options, default_connector: 'mongodb', max_processes: '1' }
    await Promise.all(
      ['a', 'b', 'c'].map(name =>
        run(join(scratch.home, name), consumer, 'yara', '-I', 'rabbitmq', '-Q', queue.name, '-D'),
      ),
    )
    assert.equal(await queue.waiting(queue.errors, 0), 0)
    const found = byPayload(await documentsIn(store))
    assert.equal(found.size, count)
    for (const [sha256, document] of wanted) assert.deepEqual(found.get(sha256), document)
    assert.equal(existsSync(join(scratch.home, 'a/archive')), false)
  },
)
