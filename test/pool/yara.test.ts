import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { goodPayloads, hostileHome, payloadFolder, run } from './hostile.ts'

/** Rules whose condition takes minutes once a mark is found, for the dispatcher; it names nothing that is there. */
const endless = `rule endless {
  meta: plugin = "decoder:none"
  strings: $mark = "LOOP FOR EVER"
  condition: $mark and for all i in (0..4000000000) : (uint8(i % filesize) != 300)
}
rule plain { meta: plugin = "decoder:b64" strings: $text = "nothing has this" condition: $text }
`

for (const engine of ['native', 'wasm']) {
  test(`a dispatch rule that loops for minutes is stopped (${engine}), and nothing else is late`, async () => {
    const home = hostileHome(`yara_engine = ${engine}\ndispatch_rules = endless.yar`)
    writeFileSync(join(home, 'endless.yar'), endless)
    const folder = payloadFolder(home, { ...goodPayloads(30), bad: 'good LOOP FOR EVER' })
    const words = [
      'trouble',
      '-F',
      folder,
      '-D',
      '-C',
      'stdout',
      '--max-plugin-time',
      '5',
      '--max-processes',
      '2',
    ]
    const { documents, stderr } = await run(home, words)
    assert.equal(documents.size, 31, stderr)
    const { date, truncated, results } = documents.get('bad') ?? { date: '', results: [] }
    assert.deepEqual(truncated, [
      { limit: 'max_plugin_time', payload_id: 0, detail: 'stoq:dispatch was stopped' },
    ])
    assert.deepEqual(results[0]?.scan, { good: true }, 'what the worker said stands')
    const others = [...documents.values()].filter(document => document.results[0]?.filename !== 'bad')
    const last = Math.max(...others.map(document => Date.parse(document.date)))
    assert.ok(last < Date.parse(date) - 500, 'the others did not wait for it')
  })

  test(`a rule of the worker that loops for minutes is stopped (${engine})`, async () => {
    const home = hostileHome(`yara_engine = ${engine}`)
    writeFileSync(join(home, 'endless.yar'), endless)
    const folder = payloadFolder(home, { good: 'good', bad: 'LOOP FOR EVER' })
    const rules = ['-r', join(home, 'endless.yar')]
    const { documents } = await run(home, [
      'yara',
      '-F',
      folder,
      '-C',
      'stdout',
      '--max-plugin-time',
      '1',
      ...rules,
    ])
    assert.deepEqual(documents.get('good')?.truncated, [])
    assert.deepEqual(documents.get('bad')?.truncated, [
      { limit: 'max_plugin_time', payload_id: 0, detail: 'worker:yara was stopped' },
    ])
  })
}
