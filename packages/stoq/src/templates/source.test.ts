import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { prepareSource } from './source.ts'

const printed = (value: string) => `(${value})|default("")|stoq_print|safe `

test('every expression goes through the print filter', () => {
  assert.equal(
    prepareSource('a {{ x }} b {{y.z|upper}}'),
    `a {{${printed(' x ')}}} b {{${printed('y.z|upper')}}}`,
  )
})

test('marks that trim white space stay at the edge', () => {
  assert.equal(prepareSource('{{- x -}}{{+ y }}'), `{{-${printed(' x ')}-}}{{+${printed(' y ')}}}`)
})

test('closing marks in text and in brackets do not end an expression', () => {
  assert.equal(prepareSource(`{{ '}}' ~ "\\"}}" }}`), `{{${printed(` '}}' ~ "\\"}}" `)}}}`)
  assert.equal(prepareSource('{{ {"a": {"b": 1}} }}'), `{{${printed(' {"a": {"b": 1}} ')}}}`)
})

test('statements, comments and raw blocks are left alone', () => {
  const source =
    '{% if a == "{{" %}{# {{ x }} #}{%- raw -%}{{ x }}{% endraw %}{% set b = {"c": "%}"} %}{% endif %}'
  assert.equal(prepareSource(source), source)
})

test('length and count of nothing are 0, in expressions and statements', () => {
  assert.equal(prepareSource('{% if x|length > 1 %}'), '{% if x|default([], true)|length > 1 %}')
  assert.equal(prepareSource('{{ x | count }}'), `{{${printed(' x |default([], true)| count ')}}}`)
  assert.equal(prepareSource('{% if x == "|length" or x|lengthy %}'), '{% if x == "|length" or x|lengthy %}')
})

test('what is left open is passed on for the engine to complain about', () => {
  for (const source of ['{{', 'a {{ x', '{% if', '{# x', '{{ "x }}', '{{ }}', '{% raw %}{{ x', '{{ ) }}']) {
    assert.equal(prepareSource(source).split('\n').length, 1)
  }
  assert.equal(prepareSource('{{ }}'), '{{ }}')
})

test('no text makes it fail, and lines keep their numbers', () => {
  const piece = fc.constantFrom(
    '{{',
    '}}',
    '{%',
    '%}',
    '{#',
    '#}',
    '"',
    "'",
    '\\',
    '\n',
    '|length',
    ' raw ',
    'x',
    '{',
    '}',
    '-',
  )
  const lines = (text: string) => text.split('\n').length
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
      const source = pieces.join('')
      assert.equal(lines(prepareSource(source)), lines(source))
    }),
  )
})

test('a long template with a quote that is never closed takes no time to speak of', () => {
  const source = `${'{{ x }} {% if y|length %}'.repeat(20_000)}{{ '`
  const start = performance.now()
  prepareSource(source)
  assert.ok(performance.now() - start < 5000)
})
