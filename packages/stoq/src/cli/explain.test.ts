import assert from 'node:assert/strict'
import { test } from 'node:test'
import { line } from './explain.ts'

test('a fault is told with the name of its plugin, once', () => {
  const event = { kind: 'error', payload_id: 2, plugin: 'extractor:pdf' } as const
  assert.equal(
    line({ ...event, message: 'extractor:pdf failed: no header' }),
    '  payload 2: extractor:pdf failed: no header',
  )
  assert.equal(line({ ...event, message: 'no such file' }), '  payload 2: extractor:pdf failed: no such file')
})
