import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { ResultDocument, StoqConnectorPlugin } from 'stoq'
import { openScratch, type Scratch } from 'stoq/testing'
import { type Output, StdoutConnector } from './stdout.ts'

const document: ResultDocument = {
  ...{
    id: '',
    date: '2026-11-23T15:18:52Z',
    tlp: 'white',
    payloads: 1,
    plugins: { 0: 'yara' },
    errors: [],
    truncated: [],
  },
  results: [
    {
      payload_id: 0,
      parent_id: null,
      plugin: 'yara',
      uuid: ['u'],
      scan: null,
      source_meta: {},
      filename: 'a',
    },
  ],
}

/** An output that remembers its writes. */
class Memory implements Output {
  readonly writes: string[] = []
  readonly isTTY: boolean
  readonly columns = 80
  fault: Error | null = null

  constructor(isTTY: boolean) {
    this.isTTY = isTTY
  }

  write(text: string, done: (error?: Error | null) => void): boolean {
    this.writes.push(text)
    setImmediate(done, this.fault)
    return false
  }

  hasColors(): boolean {
    return this.isTTY
  }

  on(): void {}

  listeners(): unknown[] {
    return []
  }
}

async function connectorTo(output: Output, { stoq }: Scratch, format = 'auto'): Promise<StdoutConnector> {
  const connector = new StdoutConnector(output)
  connector.manifest = stoq.getPlugin('stdout', 'connector')
  connector.format = format
  await connector.activate(stoq)
  return connector
}

/** What is written for one payload. */
async function written(payload: object | string, isTTY: boolean, format?: string): Promise<string> {
  await using scratch = openScratch()
  const output = new Memory(isTTY)
  const connector = await connectorTo(output, scratch, format)
  assert.equal(await connector.save(payload), null)
  assert.equal(output.writes.length, 1)
  return output.writes.join('')
}

test('a document is one line of JSON where no person reads', async () => {
  const line = await written(document, false)
  assert.match(line, /^\{.*\}\n$/)
  assert.deepEqual(JSON.parse(line), JSON.parse(JSON.stringify(document)))
})

test('a document is a coloured tree on a terminal', async () => {
  assert.match(await written(document, true), /^\x1b\[1ma\x1b\[22m .*\n1 payload · /)
})

test('the option format is stronger than the terminal', async () => {
  assert.match(await written(document, true, 'jsonl'), /^\{.*\}\n$/)
  assert.match(
    await written(document, false, 'json'),
    /^\{\n {4}"id": "",\n {4}"date": "2026-11-23T15:18:52Z",\n/,
  )
  assert.match(await written(document, false, 'tree'), /^a {2}#0\n1 payload · tlp white\n\n$/)
})

test('what is no result document is JSON, also as a tree', async () => {
  assert.equal(await written({ 'results:0:scan': 1 }, true), '{\n    "results:0:scan": 1\n}\n')
})

test('JSON on a terminal is the same JSON without anything that steers it', async () => {
  const evil = { name: 'a\\x1b\x9b31m\u202e\u{e0041}é😀' }
  const line = await written(evil, true, 'jsonl')
  assert.equal(line, '{"name":"a\\\\x1b\\u009b31m\\u202e\\udb40\\udc41é😀"}\n')
  assert.deepEqual(JSON.parse(line), evil)
  assert.match(await written(evil, false, 'jsonl'), /\u202e/)
})

test('the text of a template is printed as it is', async () => {
  assert.equal(await written('hits:\t1\n\x1b[31mred\r\n', false), 'hits:\t1\n\x1b[31mred\r\n\n')
})

test('the text of a template cannot steer a terminal; lines and tabs stay', async () => {
  assert.equal(await written('hits:\t1\r\n\x1b[31mred\u202e', true), 'hits:\t1\n\\x1b[31mred\\u202e\n')
})

test('an unknown format is told when the plugin is activated', async () => {
  await using scratch = openScratch({ plugin_options: { connector: { stdout: { format: 'xml' } } } })
  await assert.rejects(scratch.stoq.loadPlugin('stdout', 'connector'), {
    code: 'STOQ_PLUGIN_OPTION',
    message:
      /^connector:stdout: option 'format' in .*stdout\.stoq must be one of auto, tree, jsonl, json, got 'xml'$/,
  })
})

test('--format chooses the format later', async () => {
  await using scratch = openScratch()
  const output = new Memory(true)
  const connector = await connectorTo(output, scratch)
  connector.setFormat('json')
  await connector.save({ a: 1 })
  assert.equal(output.writes[0], '{\n    "a": 1\n}\n')
  assert.throws(() => connector.setFormat('yaml'), { code: 'STOQ_PLUGIN_OPTION' })
})

test('payloads are not archived here', async () => {
  await using scratch = openScratch()
  const connector: StoqConnectorPlugin = await scratch.stoq.loadPlugin('stdout', 'connector')
  for (const kwargs of [{ archive: true, sha1: 'x' }, {}]) {
    await assert.rejects(async () => connector.save(Buffer.from('MZ'), kwargs), {
      code: 'STOQ_CONNECTOR_SAVE',
      message: /stdout cannot archive/,
    })
  }
})

test('documents saved at the same time are written whole, in order', async () => {
  await using scratch = openScratch()
  const output = new Memory(false)
  const connector = await connectorTo(output, scratch)
  await Promise.all([1, 2, 3].map(a => connector.save({ a })))
  assert.deepEqual(output.writes, ['{"a":1}\n', '{"a":2}\n', '{"a":3}\n'])
})

test('a full disk is told for each document that was not written', async () => {
  await using scratch = openScratch()
  const output = new Memory(false)
  const connector = await connectorTo(output, scratch)
  output.fault = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  await assert.rejects(connector.save(document), { code: 'STOQ_CONNECTOR_SAVE', message: /no space left/ })
  output.fault = null
  assert.equal(await connector.save(document), null)
  assert.equal(scratch.stoq.stopping.signal.aborted, false)
})

test('when the reader has gone, nothing more is written and stoQ stops', async () => {
  await using scratch = openScratch()
  const output = new Memory(false)
  const connector = await connectorTo(output, scratch)
  output.fault = Object.assign(new Error('broken pipe'), { code: 'EPIPE' })
  const gone = { code: 'STOQ_CONNECTOR_SAVE', message: /nobody reads standard output any more/ }
  await assert.rejects(connector.save(document), gone)
  await assert.rejects(connector.save(document), gone)
  assert.equal(output.writes.length, 1)
  assert.equal(scratch.stoq.stopping.signal.reason.code, 'STOQ_CONNECTOR_SAVE')
  await connector.deactivate()
})

/** A program that saves documents until stoQ is stopped, then ends by itself. */
const program = `
  import { openScratch } from 'stoq/testing'
  await using scratch = openScratch()
  const connector = await scratch.stoq.loadPlugin('stdout', 'connector')
  const { signal } = scratch.stoq.stopping
  for (let index = 0; index < 20000 && !signal.aborted; index++) {
    await connector.save({ index, filler: 'x'.repeat(1000) }).catch(() => {})
  }
  process.stderr.write(signal.aborted ? 'stopped' : 'read to the end')
`

function runProgram() {
  return spawn(process.execPath, ['-C', 'dev', '--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
  })
}

test('a reader that goes away ends a run quietly', async () => {
  const child = runProgram()
  child.stdout.once('data', () => child.stdout.destroy())
  const [faults, code] = await Promise.all([
    text(child.stderr),
    new Promise(resolve => child.once('close', resolve)),
  ])
  assert.equal(faults, 'stopped')
  assert.equal(code, 0)
})

test('a slow reader gets every document', async () => {
  const child = runProgram()
  const [printed, faults] = await Promise.all([text(child.stdout), text(child.stderr)])
  const lines = printed.trimEnd().split('\n')
  assert.equal(faults, 'read to the end')
  assert.equal(lines.length, 20_000)
  assert.equal(JSON.parse(lines.at(-1) ?? '').index, 19_999)
})
