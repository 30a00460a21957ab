import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Kwargs } from 'stoq'
import { openForms } from './fixtures.ts'

/** What every plugin was told, by the text that it was called with. */
async function toldTo(text: string, message: Kwargs = {}) {
  const { scratch, scan, worker } = await openForms()
  await using _ = scratch
  const document = await scan(text, message)
  return { document, told: worker.calls.map(call => [call.text, call.kwargs['told']]) }
}

test('what a plugin hands down reaches the payload that it comes with and all below it, not its siblings', async () => {
  const { told } = await toldTo('[tell_a.txt:[x.txt:[deep]]][y.txt:z]')
  assert.deepEqual(told.slice(1), [
    ['[x.txt:[deep]]', 'a'],
    ['z', undefined],
    ['[deep]', 'a'],
    ['deep', 'a'],
  ])
})

test('the nearest plugin that hands something down is heard, and is heard before the message', async () => {
  const { told } = await toldTo('[tell_a.txt:[tell_b.txt:x]]', { told: 'message' })
  assert.deepEqual(told, [
    ['[tell_a.txt:[tell_b.txt:x]]', 'message'],
    ['[tell_b.txt:x]', 'a'],
    ['x', 'b'],
  ])
})

test('nothing that is handed down is in the document, or changes what a rule says', async () => {
  const { document } = await toldTo('[tell_a.txt:upper]')
  assert.ok(!JSON.stringify(document).includes('told'))
  const [, upper, decoded] = document.results
  assert.deepEqual(upper?.source_meta, { note: 'named' })
  assert.equal(decoded?.key, '65')
})
