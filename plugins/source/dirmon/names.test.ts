import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isWanted, matches } from './names.ts'

test('a pattern is what a shell would make of * and ?', () => {
  const asRegex = (pattern: string) => {
    const parts = [...pattern].map(sign => (sign === '*' ? '.*' : sign === '?' ? '.' : `\\${sign}`))
    return new RegExp(`^${parts.join('')}$`, 's')
  }
  const text = (signs: string) =>
    fc.array(fc.constantFrom(...signs), { maxLength: 8 }).map(each => each.join(''))
  fc.assert(
    fc.property(text('.-/'), text('.-/*?'), (name, pattern) => {
      assert.equal(matches(name, pattern), asRegex(pattern).test(name))
    }),
  )
})

test('a hostile name costs no time', () => {
  const start = performance.now()
  assert.equal(matches('a'.repeat(255), `${'*a'.repeat(100)}*b`), false)
  assert.ok(performance.now() - start < 100)
})

test('names are chosen by patterns, less what is ignored; one with a slash is about the path', () => {
  const rules = { hidden: false, patterns: ['*.eml', 'in/*'], ignored: ['~*'] }
  for (const name of ['a.eml', 'deep/b.eml', 'in/c']) assert.ok(isWanted(name, rules), name)
  for (const name of ['a.txt', 'deep/.b.eml', 'in/~c', 'deep/in/c', '~a.eml'])
    assert.ok(!isWanted(name, rules), name)
  assert.ok(isWanted('.a', { hidden: true, patterns: [], ignored: [] }))
})
