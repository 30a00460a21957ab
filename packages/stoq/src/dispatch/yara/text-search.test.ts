import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TextSearch } from './text-search.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')
const search = (...texts: string[]) => new TextSearch(texts.map(text => [bytes(text)]))

test('a text is found at every place of a payload, whatever is around it', () => {
  const text = fc.stringMatching(/^[a-d]{3,12}$/)
  const around = fc.uint8Array({ maxLength: 40 })
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), around, around, (texts, before, after) => {
      for (const [index, each] of texts.entries()) {
        const payload = Buffer.concat([before, bytes(each), after])
        assert.equal(search(...texts).find(payload)[index], true)
      }
    }),
  )
})

test('a payload without the text has none, unless it differs in the case of letters', () => {
  assert.deepEqual(search('needle', 'words').find(bytes('a hay stack with need and words')), [false, true])
  assert.deepEqual(search('Needle').find(bytes('NEEDLE')), [true])
  assert.deepEqual(search('needle').find(bytes('')), [false])
})

test('a text is found where the chunks that are looked at meet', () => {
  const both = new TextSearch([[bytes('fives')], [bytes('four')]])
  for (let at = 32 * 1024 - 8; at < 32 * 1024 + 8; at++) {
    const payload = Buffer.alloc(80_000)
    payload.write('fives', at)
    assert.deepEqual(search('fives').find(payload), [true])
    assert.deepEqual(both.find(payload), [true, false])
  }
})

test('bytes made of beginnings of texts are taken for all of them, soon', () => {
  const hostile = Buffer.alloc(1_000_000, 'need')
  assert.deepEqual(search('needles', 'other').find(hostile), [true, true])
})
