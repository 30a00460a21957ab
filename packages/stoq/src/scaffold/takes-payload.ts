import type { KindParts } from './draft.ts'

const nothing = (noun: string) => `
test('a payload without anything in it gives nothing', async () => {
  const { ${noun} } = await runPlugin(import.meta.dirname, '')
  assert.deepEqual(${noun}, [])
})`

const byRule = `A rule has to name it. \`NAME.yar\` beside it holds one: change its condition, then say in \`stoq.cfg\`

    dispatch_rules = bundled, INSTALLED/NAME.yar

and take a file apart:

    stoq scan FOLDER/golden/sample.txt`

const workerParts: KindParts = {
  imports: ['type Payload', 'StoqWorkerPlugin'],
  options: '# Characters of the first line that are shown\nlongest = 80',
  body: `  // The default gives the type; [options] in the .stoq file gives the value.
  longest = 80

  /** What is to be said of a payload; null: nothing was found. */
  scan(payload«: Payload | null») {
    if (!payload?.length) return null
    const [line = ''] = Buffer.from(payload.subarray(0, 4096)).toString().split('\\n', 1)
    return { size: payload.length, first_line: line.slice(0, this.longest) }
  }`,
  sample: 'one line\nand another\n',
  tests: `test('size and first line are told', async () => {
  const { results } = await runPlugin(import.meta.dirname, 'one\\ntwo')
  assert.deepEqual(results, [{ size: 7, first_line: 'one' }])
})

test('an option says how much of the line is shown', async () => {
  const { results } = await runPlugin(import.meta.dirname, 'one\\ntwo', { options: { longest: 2 } })
  assert.deepEqual(results, [{ size: 7, first_line: 'on' }])
})
${nothing('results')}`,
  usage: '    stoq NAME -F FOLDER/golden/sample.txt',
}

const readerParts: KindParts = {
  imports: ['type Payload', 'StoqReaderPlugin'],
  options: '# Runs of fewer letters are left out\nshortest = 6',
  body: `  // The default gives the type; [options] in the .stoq file gives the value.
  shortest = 6

  /** The text in a payload, a line for each run of letters; null: there is none. */
  read(payload«: Payload»)«: string | null» {
    const runs = Buffer.from(payload).toString('latin1').match(/[ -~]+/g) ?? []
    return runs.filter(run => run.length >= this.shortest).join('\\n') || null
  }`,
  sample: '\0\0some text\0\0\x01\x02abc\0more of it\xff',
  tests: `test('runs of letters are text, a line each', async () => {
  const { results } = await runPlugin(import.meta.dirname, '\\0first line\\0\\0second line\\0abc')
  assert.deepEqual(results, ['first line\\nsecond line'])
})
${nothing('results')}`,
  usage: `Other plugins load it and ask it:

    const reader = await this.stoq.worker.loadReader('NAME')
    const text = await reader.read(payload)`,
}

const extractorParts: KindParts = {
  imports: ['type Extracted', 'type Kwargs', 'type Payload', 'type PluginContext', 'StoqExtractorPlugin'],
  options: '# The line between two parts\nseparator = -----',
  body: `  // The default gives the type; [options] in the .stoq file gives the value.
  separator = '-----';

  /** The parts of a payload, one after the other; none: it is no such container. */
  *extract(payload«: Payload», _kwargs«: Kwargs», { budget }«: PluginContext»)«: Generator<Extracted>» {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    const line = Buffer.from(\`\\n\${this.separator}\\n\`)
    let start = 0
    for (let end = bytes.indexOf(line); end >= 0; end = bytes.indexOf(line, start)) {
      if (!budget.hasChildren()) return
      yield [{ offset: start }, bytes.subarray(start, end)]
      start = end + line.length
    }
    if (start > 0) yield [{ offset: start }, bytes.subarray(start)]
  }`,
  sample: 'first part\n-----\nsecond part\n-----\nthird part',
  tests: `test('every part is found, with its place', async () => {
  const { found } = await runPlugin(import.meta.dirname, 'one\\n-----\\ntwo')
  assert.deepEqual(
    found.map(({ meta, content }) => [meta, String(content)]),
    [
      [{ offset: 0 }, 'one'],
      [{ offset: 10 }, 'two'],
    ],
  )
})
${nothing('found')}`,
  usage: byRule,
}

const carverParts: KindParts = {
  imports: ['type Extracted', 'type Kwargs', 'type Payload', 'type PluginContext', 'StoqCarverPlugin'],
  options: '# What a payload to be carved begins and ends with\nfirst = BEGIN\nlast = END',
  body: `  // The defaults give the type; [options] in the .stoq file gives the values.
  first = 'BEGIN'
  last = 'END';

  /** Everything between the two marks, with them; none: there is no such thing. */
  *carve(payload«: Payload», _kwargs«: Kwargs», { budget }«: PluginContext»)«: Generator<Extracted>» {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    let start = bytes.indexOf(this.first)
    while (start >= 0 && budget.hasChildren()) {
      const last = bytes.indexOf(this.last, start + this.first.length)
      if (last < 0) return
      const end = last + this.last.length
      yield [{ offset: start, size: end - start }, bytes.subarray(start, end)]
      start = bytes.indexOf(this.first, end)
    }
  }`,
  sample: 'something BEGIN hidden END and more BEGIN of it END',
  tests: `test('what is between the marks is found, with its place', async () => {
  const { found } = await runPlugin(import.meta.dirname, 'xx BEGIN one END xx BEGIN two')
  assert.deepEqual(
    found.map(({ meta, content }) => [meta, String(content)]),
    [[{ offset: 3, size: 13 }, 'BEGIN one END']],
  )
})
${nothing('found')}`,
  usage: byRule,
}

const decoderParts: KindParts = {
  imports: ['type ExtractedResult', 'type Kwargs', 'type Payload', 'StoqDecoderPlugin'],
  options: '# Every byte is XORed with this number\nmask = 255',
  body: `  // The default gives the type; [options] in the .stoq file gives the value.
  mask = 255

  /** The payload decoded; null: there is nothing to decode. */
  decode(payload«: Payload», _kwargs«: Kwargs»)«: ExtractedResult» {
    if (payload.length === 0) return null
    return [[{ size: payload.length }, payload.map(byte => byte ^ this.mask)]]
  }`,
  sample: 'every bit turned',
  tests: `test('every byte is decoded', async () => {
  const { found } = await runPlugin(import.meta.dirname, Uint8Array.of(0x97, 0x96))
  assert.deepEqual(
    found.map(({ meta, content }) => [meta, String(content)]),
    [[{ size: 2 }, 'hi']],
  )
})
${nothing('found')}`,
  usage: byRule,
}

/** The kinds that are called with a payload. */
export const payloadParts = {
  worker: workerParts,
  reader: readerParts,
  extractor: extractorParts,
  carver: carverParts,
  decoder: decoderParts,
}
