import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { forceUnicode } from './text.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')

test('UTF-8 is read as UTF-8', () => {
  assert.equal(forceUnicode(bytes('hi\xe7\x8c\xab')), 'hi猫')
})

test('what is no UTF-8 is read as windows-1252', () => {
  assert.equal(forceUnicode(bytes('caf\xe9')), 'café')
  assert.equal(forceUnicode(bytes('\x93q\x94')), '“q”')
  assert.equal(forceUnicode(bytes('\x80 \x99 \x81 \xff')), '€ ™ \x81 ÿ')
  assert.equal(forceUnicode(bytes('<meta charset="iso-8859-1">\x93'))?.at(-1), '“')
})

test('no bytes are no text', () => {
  assert.equal(forceUnicode(new Uint8Array()), null)
})

test('a byte order mark decides, and is no part of the text', () => {
  assert.equal(forceUnicode(bytes('\xef\xbb\xbfcaf\xc3\xa9')), 'café')
  assert.equal(forceUnicode(bytes('\xff\xfeh\0\x2b\x73')), 'h猫')
  assert.equal(forceUnicode(bytes('\xfe\xff\0h\x73\x2b')), 'h猫')
  assert.equal(forceUnicode(bytes('\xff\xfe\0\0h\0\0\0\0\xf6\x01\0')), 'h😀')
  assert.equal(forceUnicode(bytes('\0\0\xfe\xff\0\0\0h\0\x01\xf6\0')), 'h😀')
})

test('UTF-16 with half a character at the end keeps the rest', () => {
  assert.equal(forceUnicode(bytes('\xff\xfeh\0i')), 'h\ufffd')
})

test('bytes behind a UTF-32 mark that are no UTF-32 are UTF-16', () => {
  assert.equal(forceUnicode(bytes('\xff\xfe\0\0h\0')), '\0h')
  assert.equal(forceUnicode(bytes('\xff\xfe\0\0\0\xd8\0\0')), '\0\ufffd\0')
})

test('a UTF-8 mark before other bytes is not believed', () => {
  assert.equal(forceUnicode(bytes('\xef\xbb\xbf\xe9')), 'ï»¿é')
})

test('an XML head declares the encoding', () => {
  assert.equal(forceUnicode(bytes('<?xml version="1.0" encoding="iso-8859-2"?>\xb1'))?.at(-1), 'ą')
})

test('an HTML head declares the encoding', () => {
  assert.equal(forceUnicode(bytes('<html><meta charset=koi8-r>\xc1'))?.at(-1), 'а')
  const equiv = '<META http-equiv="Content-Type" content="text/html; charset=windows-1251">\xe0'
  assert.equal(forceUnicode(bytes(equiv))?.at(-1), 'а')
})

test('a declaration that is unknown, or that the bytes contradict, is passed over', () => {
  assert.equal(forceUnicode(bytes('<meta charset="nonsense">\xe9'))?.at(-1), 'é')
  assert.equal(forceUnicode(bytes('<meta charset="utf-8">\xe9'))?.at(-1), 'é')
  assert.equal(forceUnicode(bytes('<?xml version="1.0" encoding="utf-16"?>\xc3\xa9'))?.at(-1), 'é')
})

test('a declaration after the first kilobyte is not looked for', () => {
  assert.equal(forceUnicode(bytes(`${' '.repeat(1024)}<meta charset=koi8-r>\xc1`))?.at(-1), 'Á')
})

test('every text survives UTF-8', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter(value => !value.includes('\ufeff'))
  fc.assert(fc.property(text, value => forceUnicode(Buffer.from(value)) === value))
})

test('any bytes are some text', () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1 }), value => typeof forceUnicode(value) === 'string'))
})

test('heads made to keep a search busy are read at once', () => {
  const heads = [
    '<meta charset='.repeat(999),
    `<meta ${' '.repeat(9999)}`,
    `<?xml ${'encoding '.repeat(999)}`,
  ]
  const start = performance.now()
  assert.ok(heads.every(head => forceUnicode(bytes(head)) === head))
  assert.ok(performance.now() - start < 1000)
})
