import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fieldsIn } from './fields.ts'
import { xmlTags, xmlText } from './xml.ts'

const tags = (xml: string) => [...xmlTags(xml)]

test('tags come with their local names and the text before them', () => {
  const found = tags('<w:a x="1">one &amp; <![CDATA[<two>]]></w:a><b/>')
  assert.deepEqual(
    found.map(({ name, isClosing, isEmpty, text }) => ({ name, isClosing, isEmpty, text })),
    [
      { name: 'a', isClosing: false, isEmpty: false, text: '' },
      { name: 'a', isClosing: true, isEmpty: false, text: 'one & <two>' },
      { name: 'b', isClosing: false, isEmpty: true, text: '' },
    ],
  )
})

test('attributes are found with and without their prefix, in both kinds of quotes, with entities resolved', () => {
  const [tag] = tags(`<a xmlns:r="ns" r:id = 'r1' Target="a&gt;b&#x41;&#66;>" />`)
  assert.deepEqual(
    [tag?.attribute('r:id'), tag?.attribute('id'), tag?.attribute('Target')],
    ['r1', 'r1', 'a>bAB>'],
  )
  assert.equal(tag?.attribute('r'), undefined)
})

test('entities of a document type are not known, so that nothing unfolds', () => {
  const found = tags('<!DOCTYPE a [<!ENTITY e "eeee">]><a>&e;&nope;</a>')
  assert.equal(found.at(-1)?.text, '&e;&nope;')
})

test('what is never closed ends with the text', () => {
  for (const xml of ['<a b="c', '<!-- ', '<![CDATA[x', '<?x', '<', '</']) assert.ok(tags(xml).length <= 1)
})

test('UTF-16 is read in both orders, with and without a mark', () => {
  const little = Buffer.from('<a>é</a>', 'utf16le')
  const big = Buffer.from(little).swap16()
  for (const bytes of [little, big, Buffer.concat([Buffer.from('fffe', 'hex'), little])]) {
    assert.equal(tags(xmlText(bytes)).at(-1)?.text, 'é')
  }
})

test('arbitrary text never throws', () => {
  const piece = fc.constantFrom('<', '>', '"', "'", '=', '/', 'a', ' ', '!--', '-->', '&#x110000;', '&lt;')
  fc.assert(
    fc.property(fc.array(piece), pieces => {
      for (const tag of xmlTags(pieces.join(''))) tag.attribute('a')
    }),
  )
})

const mark = (type: string) => `<w:fldChar w:fldCharType="${type}"/>`
const code = (text: string) => `<w:instrText>${text}</w:instrText>`

test('the code of a field is joined from its runs', () => {
  const xml = `${mark('begin')}${code('DD')}${code('E cmd ')}<w:t>no code</w:t>${mark('separate')}<w:t>x</w:t>${mark('end')}`
  assert.deepEqual([...fieldsIn(xml)], ['DDE cmd'])
})

test('a field within the code of another stands for its result, or for the characters of its numbers', () => {
  const quote = `${mark('begin')}${code('QUOTE 99 109 100')}${mark('separate')}<w:t>no</w:t>${mark('end')}`
  const set = `${mark('begin')}${code('REF x')}${mark('separate')}<w:t>/k</w:t>${mark('end')}`
  const xml = `${mark('begin')}${code('DDEAUTO ')}${quote}${code(' ')}${set}${mark('end')}`
  assert.deepEqual([...fieldsIn(xml)], ['DDEAUTO cmd /k'])
})

test('a field that never ends counts, and one that begins too deep hides no other', () => {
  assert.deepEqual([...fieldsIn(mark('begin') + code('DDE a b'))], ['DDE a b'])
  const deep = mark('begin').repeat(100) + code('DDE hidden') + mark('end').repeat(100)
  const after = `${mark('begin')}${code('DDE seen')}${mark('end')}`
  assert.deepEqual([...fieldsIn(deep + after)], ['DDE seen'])
})

test('fields that reach nowhere are left out', () => {
  assert.deepEqual(
    [...fieldsIn('<w:fldSimple w:instr=" PAGE "/><w:fldSimple w:instr=" LINK a b"/>')],
    ['LINK a b'],
  )
})
