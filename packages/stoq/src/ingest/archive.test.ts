import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { getSha1 } from '../payload/hashes.ts'
import type { StoqConnectorPlugin } from '../plugin/connector.ts'
import type { ResultDocument } from '../results/types.ts'
import { openScratch } from '../testing/scratch.ts'
import { archivePayloads } from './archive.ts'

const facts = { ssdeep: '3::', 'content-type': 'text/plain' }

test('what was left for the archive is named by its bytes, and gone when it is saved', async () => {
  await using scratch = openScratch()
  const file = join(scratch.home, 'left-0')
  writeFileSync(file, 'child')
  const saved: unknown[] = []
  const connector = {
    save: (_: unknown, kwargs: unknown) => saved.push(kwargs),
  } as unknown as StoqConnectorPlugin
  const documents = [{ results: [{}, {}] }] as unknown as ResultDocument[]
  const archive = [{ payload_id: 1, content: { file }, facts: { ...facts, sha1: '../../x' } }]
  await archivePayloads({ documents, archive }, { connector, durable: false, given: null })
  assert.partialDeepStrictEqual(saved, [{ sha1: getSha1(Buffer.from('child')), ...facts }])
  assert.ok(!existsSync(file))
})

test('what was left is gone also when the archive does not take it', async () => {
  await using scratch = openScratch()
  const file = join(scratch.home, 'left-0')
  writeFileSync(file, 'child')
  const connector = { save: () => Promise.reject(new Error('full')) } as unknown as StoqConnectorPlugin
  const outcome = { documents: [], archive: [{ payload_id: 0, content: { file }, facts }] }
  await assert.rejects(archivePayloads(outcome, { connector, durable: false, given: null }), /full/)
  assert.ok(!existsSync(file))
})
