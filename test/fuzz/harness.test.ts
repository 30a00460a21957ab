import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import type { Kwargs } from 'stoq'
import { inputs } from './cases.ts'
import { largest } from './mutation.ts'
import { samplesOf } from './samples.ts'
import { type Outcome, runChild } from './session.ts'

/** Is there anything that a plugin could do without being seen? A plugin that does it all says no. */
const plugins = fileURLToPath(new URL('fixtures', import.meta.url))
const target = 'decoder/naughty'

const told: [how: string, fault: RegExp][] = [
  ['throw', /^threw RangeError, not StoqError/],
  ['never end', /^did not end 1 s after it was told to stop/],
  ['keep busy', /^took more than 1 s of processor time/],
  ['leave a timer', /^left something running: Timeout/],
  ['forget a rejection', /^left an unhandledRejection: Error: forgotten/],
  ['print', /^printed: hello/],
  ['write a file', /^threw Error, not StoqError: .*ERR_ACCESS_DENIED|Access to this API has been restricted/],
  ['change the payload', /^changed the payload, or bytes beside it/],
  ['change bytes beside it', /^changed the payload, or bytes beside it/],
  ['change keywords', /^changed its keywords/],
  ['make a bomb', /^produced more bytes than the budget allows/],
  ['give text', /^gave object instead of \[meta, content\]/],
  ['give half a character', /^gave meta that is no valid text/],
  ['give bytes beside it', /^gave bytes from outside of the payload/],
]

const lost: [how: string, fault: RegExp][] = [
  ['hang', /^hangs: no end after 4 s/],
  ['exit', /^ended in the middle of a call/],
  ['abort', /^died with SIGABRT/],
  ['use up memory', /^died with SIGABRT.*heap out of memory/s],
]

describe('a process of its own', { concurrency: 2 }, () => {
  test('a plugin that behaves has no findings', async () => {
    const { cases, findings, lost: end } = await call('behave')
    assert.deepEqual([cases, findings, end], [1, [], null])
  })

  for (const [how, fault] of told) {
    test(`a plugin is found to ${how}`, async () => {
      const { findings } = await call(how)
      assert.equal(findings.length, 1)
      assert.match(findings[0]?.fault ?? '', fault)
    })
  }

  for (const [how, fault] of lost) {
    test(`a process is lost to: ${how}, and its input is known`, async () => {
      const { lost: end } = await call(how)
      assert.match(end?.fault ?? '', fault)
      assert.deepEqual(end?.flight?.input.payload.toString(), 'payload')
      assert.deepEqual(end?.flight?.input.kwargs, { how })
    })
  }

  test('what fails is found, made small, and comes again by its seed and path', async () => {
    const { findings } = await runChild({ target, plugins, seeds: [1], seconds: 3 })
    const [finding] = findings
    assert.ok(finding && finding.seed !== null && finding.path !== null)
    assert.match(finding.fault, /RangeError/)
    assert.equal(finding.payload[0], 0xff)
    const again = await runChild({ target, plugins, seeds: [finding.seed], path: finding.path, seconds: 0 })
    assert.deepEqual(again.findings[0]?.payload, finding.payload)
  })
})

test('the same seed gives the same inputs, none of them large, and leaves the samples as they are', () => {
  const sets = samplesOf('extractor/decompress')
  const before = sets.own.map(fingerprint)
  const draw = () => fc.sample(inputs(sets), { seed: 7, numRuns: 500 })
  const first = draw()
  assert.deepEqual(first.map(fingerprint), draw().map(fingerprint))
  assert.ok(first.every(({ payload }) => payload.length <= largest))
  assert.deepEqual(sets.own.map(fingerprint), before)
})

function fingerprint({ payload, kwargs }: { payload: Uint8Array; kwargs: Kwargs }): string {
  return `${createHash('sha256').update(payload).digest('hex')} ${JSON.stringify(kwargs)}`
}

async function call(how: string): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'stoq-naughty-'))
  const file = join(folder, 'input')
  writeFileSync(file, 'payload')
  writeFileSync(`${file}.kwargs.json`, JSON.stringify({ how }))
  try {
    return await runChild({
      times: { plugin: 1, grace: 1, cpu: 1 },
      target,
      plugins,
      seeds: [],
      seconds: 0,
      files: [file],
      hangsAfter: how === 'hang' ? 4 : 20,
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
