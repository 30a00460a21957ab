import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { StoqError } from '../errors.ts'
import { TemplateRenderer } from './render.ts'

const directory = mkdtempSync(join(tmpdir(), 'stoq-templates-'))
after(() => rmSync(directory, { recursive: true }))

let count = 0

/** A renderer for a template that holds `source`. */
function template(source: string, extension = 'tpl'): TemplateRenderer {
  const name = `test${count++}.${extension}`
  writeFileSync(join(directory, name), source)
  return new TemplateRenderer(directory, name)
}

const document = {
  tlp: 'white',
  payloads: 2,
  results: [
    {
      payload_id: 0,
      filename: 'a.zip',
      size: 483,
      scan: null,
      tags: ['x', 'y'],
      meta: { author: 'me', weight: 5 },
    },
    { payload_id: 1, filename: '<b>.txt', size: 9007199254740992, scan: false, big: 10n, bytes: undefined },
  ],
}

async function assertRenders(source: string, expected: string, given: object = document): Promise<void> {
  assert.equal(await template(source).render(given), expected)
}

async function assertFails(source: string, reason: RegExp, given: object = document): Promise<void> {
  await assert.rejects(template(source).render(given), (error: unknown) => {
    assert.ok(error instanceof StoqError)
    assert.equal(error.code, 'STOQ_TEMPLATE')
    assert.match(error.message, /^template .+test\d+\.tpl: /)
    assert.match(error.message, reason)
    assert.doesNotMatch(error.message, /\n/)
    return true
  })
}

test('a template finds the document as results', async () => {
  await assertRenders(
    '{{ results.tlp }} {{ results["payloads"] }} {{ results.results[0].filename }}',
    'white 2 a.zip',
  )
})

test('lines that hold only a statement leave nothing behind', async () => {
  await assertRenders(
    'a\n  {% for entry in results.results %}\n{{ entry.payload_id }}: {{ entry.filename }}\n  {% endfor %}\nb\n',
    'a\n0: a.zip\n1: <b>.txt\nb',
  )
})

test('nothing is escaped, whatever the extension of the template', async () => {
  for (const extension of ['tpl', 'html', 'xml', 'json', 'js', 'yaml']) {
    assert.equal(await template('{{ results.results[1].filename }}', extension).render(document), '<b>.txt')
  }
})

test('what is undefined prints nothing, at any depth, and has no length', async () => {
  await assertRenders('[{{ nothing }}{{ results.none.of.this[3].exists }}]', '[]')
  await assertRenders('{{ results.none|length }}{% if results.none|count > 0 %}x{% endif %}', '0')
  await assertRenders('{% for x in results.none.at.all %}{{ x }}{% else %}nobody{% endfor %}', 'nobody')
})

test('lists, objects, booleans and null are written as JSON', async () => {
  await assertRenders('{{ results.results[0].tags }}', '["x","y"]')
  await assertRenders('{{ {"a": [none, {"b": none}]} }}', '{"a":[null,{"b":null}]}')
  await assertRenders('{{ results.results[0].meta }}', '{"author":"me","weight":5}')
  await assertRenders(
    '{{ results.results[0].scan }} {{ results.results[1].scan }} {{ true }}',
    'null false true',
  )
  await assertRenders('{{ results.results[1].size }} {{ results.results[0].size }}', '9007199254740992 483')
})

test('null has no elements and no length', async () => {
  await assertRenders(
    '{% for x in results.results[0].scan %}x{% endfor %}{{ results.results[0].scan|length }}',
    '0',
  )
})

test('blocks, inheritance, includes, macros and imports stay in the directory of the template', async () => {
  writeFileSync(join(directory, 'base.tpl'), '<{% block body %}base{% endblock %}>')
  writeFileSync(join(directory, 'part.tpl'), 'part {{ results.tlp }} {{ here }}')
  writeFileSync(join(directory, 'macros.tpl'), '{% macro code(text) %}`{{ text }}`{% endmacro %}')
  await assertRenders(
    '{% extends "base.tpl" %}{% block body %}{{ super() }} and more{% endblock %}',
    '<base and more>',
  )
  await assertRenders('{% set here = 5 %}{% include "part.tpl" %}', 'part white 5')
  await assertRenders('{% from "macros.tpl" import code %}{{ code(results.tlp) }}', '`white`')
  mkdirSync(join(directory, 'below'), { recursive: true })
  writeFileSync(join(directory, 'below', 'secret.tpl'), 'secret')
  await assertFails('{% include "below/secret.tpl" %}', /template not found.*below\/secret\.tpl/)
  await assertFails('{% include "../../etc/passwd" %}', /template not found/)
})

test('a recursive loop can draw the tree of a document', async () => {
  const tree = { children: [{ name: 'a', children: [{ name: 'b' }] }, { name: 'c' }] }
  const source =
    '{% for child in results.children recursive %}({{ child.name }}{{ loop(child.children or []) }}){% endfor %}'
  await assertRenders(source, '(a(b))(c)', tree)
})

test('filters of Jinja2 that the engine lacks are there', async () => {
  await assertRenders('{{ "%s: %05.1f%%|%-4s|%x"|format("a", 2.25, "b", 255) }}', 'a: 002.3%|b   |ff')
  await assertRenders('{{ "%(rule)s at 0x%(at)08x"|format(rule="mz", at=78) }}', 'mz at 0x0000004e')
  await assertRenders('{{ "one two three four"|truncate(9, leeway=0) }}', 'one...')
  await assertRenders('{{ "one two three four"|truncate(9, true, "…", 0) }}', 'one two …')
  await assertRenders('[{{ "ab"|center(6) }}]{{ "a b, c"|wordcount }}', '[  ab  ]3')
  await assertRenders('{{ "12abc"|int }} {{ "7"|int + 1 }} {{ "x"|int(3) }} {{ "1.5"|float }}', '0 8 3 1.5')
  await assertRenders('{{ results.results|sum(attribute="payload_id") }} {{ [1, 2, none]|sum }}', '1 3')
  await assertRenders('{{ "one two\nthree verylongword"|wordwrap(7) }}', 'one two\nthree\nverylon\ngword')
  await assertRenders('{{ "a b/c?ü"|urlencode }}', 'a%20b/c%3F%C3%BC')
})

test('methods of Python text and objects work', async () => {
  await assertRenders(
    '{% for k, v in results.results[0].meta.items() %}{{ k }}={{ v }};{% endfor %}',
    'author=me;weight=5;',
  )
  await assertRenders('{{ results.tlp.upper() }} {{ "a,b".split(",")[1] }}', 'WHITE b')
})

test('the printable filter makes text of an attacker one harmless line', async () => {
  await assertRenders('{{ results.name|printable }}', 'a\\x0a\\x1b[31mb', { name: 'a\n\x1b[31mb' })
  await assertRenders('[{{ results.none|printable }}{{ results.none|truncate(5) }}]', '[]')
})

test('text that is no valid Unicode does not trouble a filter', async () => {
  await assertRenders('{{ results.name|urlencode }}', '%EF%BF%BD', { name: '\ud800' })
})

test('an unknown filter, a wrong operation and a wrong statement tell their line', async () => {
  await assertFails(
    'a\n\n{{ results.tlp|nofilter }}',
    /unknown filter: filter nofilter is unknown \(in test\d+\.tpl:3\)/,
  )
  await assertFails('a\n{{ 1 // 0 }}', /unable to calculate 1 \/\/ 0 \(in test\d+\.tpl:2\)/)
  await assertFails('a\n\n\n{% if %}', /syntax error: .*\(in test\d+\.tpl:4\)/)
  await assertFails('{{ never closed', /syntax error/)
})

test('an include that does not compile tells its own fault', async () => {
  writeFileSync(join(directory, 'broken.tpl'), 'x\n{% nonsense %}')
  await assertFails('{% include "broken.tpl" %}', /unknown statement nonsense \(in broken\.tpl:2\)/)
})

test('a template that is missing, no file or too large is told at load', async () => {
  const missing = new TemplateRenderer(directory, 'nosuch.tpl')
  await assert.rejects(missing.load(), {
    code: 'STOQ_TEMPLATE',
    message: /^template nosuch\.tpl: no such file in \S+ \(there are .*broken/,
  })
  await assert.rejects(missing.render(document), { code: 'STOQ_TEMPLATE' })
  mkdirSync(join(directory, 'folder.tpl'))
  await assert.rejects(new TemplateRenderer(directory, 'folder.tpl').load(), /folder\.tpl: is no file$/)
  await assert.rejects(template('x'.repeat(1024 * 1024 + 1)).load(), /is larger than 1048576 bytes/)
  await assert.rejects(template('{% if %}').load(), { code: 'STOQ_TEMPLATE' })
})

test('the name of a template is the name of a file', () => {
  for (const name of ['', '.', '..', '../x.tpl', '/etc/passwd', 'a/b.tpl', 'a\\b.tpl', 'a\0.tpl']) {
    assert.throws(() => new TemplateRenderer(directory, name), { code: 'STOQ_TEMPLATE' })
  }
})

test('a loop without end runs out of instructions', async () => {
  const inner = '{% for b in range(100000) %}{% endfor %}'
  await assertFails(`{% for a in range(100000) %}${inner}{% endfor %}`, /ran out of fuel/)
})

test('endless recursion of macros and includes ends with an error', async () => {
  await assertFails('{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}', /recursion limit|too deep/)
  writeFileSync(join(directory, 'self.tpl'), '{% include "self.tpl" %}')
  await assertFails('{% include "self.tpl" %}', /could not render include|too deep/)
})

test('what breaks the engine is an error, and the next document is rendered', async () => {
  const renderer = template('{{ "-" * results.width }}{{ results.deep }}')
  await assert.rejects(renderer.render({ width: 4_000_000_000 }), /too deep or too large for the engine/)
  assert.equal(await renderer.render({ width: 3, deep: [1] }), '---[1]')
  assert.equal(await renderer.render({ width: 3 }), '---')
})

test('a document that is nested without end is cut as in its JSON', async () => {
  const deep = JSON.parse('['.repeat(4000) + ']'.repeat(4000))
  assert.match(
    await template('{{ results.deep }}').render({ deep }),
    /^\[{400,}"\[deeper than 500 levels\]"\]+$/,
  )
})

test('documents rendered at the same time do not disturb each other', async () => {
  const renderer = template('{{ "-" * results.width }}')
  const answers = await Promise.allSettled([1, 4_000_000_000, 2].map(width => renderer.render({ width })))
  assert.deepEqual(
    answers.map(answer => (answer.status === 'fulfilled' ? answer.value : 'failed')),
    ['-', 'failed', '--'],
  )
})

test('words of the JavaScript engine mean nothing to a template', async () => {
  await assertRenders('[{{ results.constructor }}{{ results.__proto__ }}{{ results.results.length }}]', '[]')
})
