import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTlp, mayScan } from './tlp.ts'

test('the four colours are TLP words in any case', () => {
  assert.ok(['red', 'Amber', 'GREEN', 'white'].every(isTlp))
  assert.ok(!isTlp('purple'))
  assert.ok(!isTlp('constructor'))
})

test('a worker without limit takes everything', () => assert.ok(mayScan('red', '')))

test('a worker limited to amber refuses red only', () => {
  assert.ok(!mayScan('red', 'amber'))
  assert.ok(mayScan('amber', 'amber'))
  assert.ok(mayScan('white', 'amber'))
})

test('a word that is no TLP counts as red', () => {
  assert.ok(!mayScan('purple', 'amber'))
  assert.ok(mayScan('purple', 'red'))
})
