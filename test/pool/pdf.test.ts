import assert from 'node:assert/strict'
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { large, writeBomb } from '../../scripts/bombs/bomb.ts'
import { bombs } from '../../scripts/bombs.ts'
import { samples } from '../e2e/stoq.ts'
import { hostileHome, run } from './hostile.ts'

test('a PDF whose filters unfold to 4 GiB in one call is stopped from outside, and another PDF is read', async () => {
  const home = hostileHome()
  const folder = join(home, 'pdfs')
  mkdirSync(folder)
  const filters = bombs.find(({ name }) => name === 'filters.pdf')
  assert.ok(filters)
  await writeBomb(folder, filters, large)
  cpSync(join(samples, 'pdf_text.pdf'), join(folder, 'pdf_text.pdf'))
  const limits = ['--max-memory', String(600 * 2 ** 20), '--max-plugin-time', '20']
  const { documents, stderr } = await run(home, ['pdfread', '-F', folder, ...limits])
  const [cut, ...others] = documents.get('filters.pdf')?.truncated ?? []
  assert.match(String(cut?.limit), /^max_(memory|plugin_time)$/, stderr)
  assert.deepEqual(others, [])
  assert.match(JSON.stringify(documents.get('pdf_text.pdf')?.results[0]?.scan), /First page line one/)
})
