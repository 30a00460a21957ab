import type { KindParts } from './draft.ts'

const source: KindParts = {
  imports: ['StoqSourcePlugin'],
  head: "import { readFile } from 'node:fs/promises'\n",
  options: '# Lines that begin with this are left out\ncomment = #',
  body: `  // The default gives the type; [options] in the .stoq file gives the value.
  comment = '#'

  /** Puts a message for each line of the files that were named with -F, and returns when there are no more. */
  async ingest(signal«: AbortSignal») {
    for (const path of this.stoq.worker.namedPaths) {
      const lines = (await readFile(path, 'utf8')).split('\\n')
      for (const line of lines) {
        if (signal.aborted) return
        if (line === '' || line.startsWith(this.comment)) continue
        await this.stoq.worker.multiprocessPut({ payload: Buffer.from(line), filename: 'line.txt' })
      }
    }
  }`,
  tests: `test('every line is a message, comments are none', async () => {
  const { messages } = await runPlugin(import.meta.dirname, join(import.meta.dirname, 'example.txt'))
  assert.deepEqual(
    messages.map(({ payload }) => String(payload)),
    ['first line', 'second line'],
  )
})`,
  usage: '    stoq yara -I NAME -F FOLDER/example.txt',
}

const connector: KindParts = {
  imports: ['dumps', 'StoqConnectorPlugin', 'StoqError'],
  options: '# File in results_dir that documents are added to\nfile_name = NAME.jsonl',
  body: `  // The default gives the type; [options] in the .stoq file gives the value.
  file_name = 'NAME.jsonl'

  /** Saves a document and gives where; a rendered template comes as text, a payload to be archived as bytes. */
  async save(payload«: object | string | Uint8Array»)«: Promise<string>» {
    if (payload instanceof Uint8Array) {
      throw new StoqError('STOQ_CONNECTOR_SAVE', [this.id, 'it does not archive payloads'])
    }
    const line = typeof payload === 'string' ? payload : dumps(payload, { compactly: true })
    const path = this.stoq.settings.results_dir
    return this.stoq.write(\`\${line}\\n\`, { path, filename: this.file_name, append: true })
  }`,
  tests: `test('every document is a line', async () => {
  const opened = await openPlugin(import.meta.dirname)
  const { results } = await opened.run({ id: 'one' })
  await opened.run({ id: 'two' })
  assert.equal(readFileSync(String(results[0]), 'utf8'), '{"id":"one"}\\n{"id":"two"}\\n')
  await opened[Symbol.asyncDispose]()
})

test('a payload is not archived, and that is told', async () => {
  const { fault } = await runPlugin(import.meta.dirname, Uint8Array.of(1, 2, 3))
  assert.match(String(fault), /does not archive/)
})`,
  usage: '    stoq yara -F FILE -C NAME',
}

const decorator: KindParts = {
  imports: ['type ResultDocument', 'StoqDecoratorPlugin'],
  options: '# What every document says under `note`\nnote = seen',
  body: `  // The default gives the type; [options] in the .stoq file gives the value.
  note = 'seen'

  /** The document that is saved. */
  decorate(results«: ResultDocument»)«: ResultDocument» {
    return { ...results, note: this.note }
  }`,
  tests: `test('the note is added, and nothing else is changed', async () => {
  const document = { id: 'one', payloads: 1 }
  const { results } = await runPlugin(import.meta.dirname, document, { options: { note: 'mine' } })
  assert.deepEqual(results, [{ ...document, note: 'mine' }])
})`,
  usage: '    stoq yara -F FILE -P NAME',
}

/** The kinds that are called with something else than a payload, or with nothing. */
export const otherParts = { source, connector, decorator }
