import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { bundledTemplates } from '../config/bundled.ts'
import { TemplateRenderer } from './render.ts'

const names = ['slack.tpl', 'stdout.tpl', 'report.md.tpl', 'report.html.tpl'] as const
const render = (name: string, document: object) =>
  new TemplateRenderer(bundledTemplates, name).render(document)

/** What an attacker would write to break out of terminals, lines, tables, code, links, tags and attributes. */
const evil =
  'EVIL`|\n# x\r```\n````\n</pre></td><script>alert(1)</script><img src=x onerror=y>\x1b[2J\u202e' +
  "[EVIL](http://evil.example) <!channel> <http://evil.example|EVIL> ![EVIL](x) \"' onload='EVIL \\` \\| &lt; {{ 7 * 7 }}"

const match = {
  ...{ matches: true, rule: `rule${evil}`, namespace: 'default', tags: [evil] },
  meta: { description: evil },
  strings: [[0, evil, evil]],
}

const hostile = {
  ...{ id: evil, date: evil, tlp: evil, payloads: evil, plugins: { '0': evil } },
  results: [
    {
      ...{ payload_id: 0, parent_id: null, filename: evil, size: 5, plugin: evil, scan: [match] },
      ...{ md5: evil, sha1: evil, sha256: evil, sha512: evil, magic: evil, path: evil, archive: evil },
      source_meta: { [evil]: evil },
      workers: { [evil]: { [evil]: [evil] } },
    },
    {
      ...{ payload_id: 1, parent_id: 0, filename: evil, size: 5, plugin: 'x', scan: { [evil]: evil } },
      ...{ dispatcher: evil, source_meta: { [evil]: { [evil]: evil } } },
    },
    { payload_id: evil, parent_id: 1, filename: '', size: evil, duplicate_of: evil, dispatcher: evil },
  ],
  errors: [{ plugin: evil, code: evil, message: evil, payload_id: evil }],
  truncated: [{ limit: evil, detail: evil, payload_id: evil }],
}

const document = {
  ...{ id: 'd0', date: '2026-11-23T15:18:52Z', tlp: 'white', payloads: 3, plugins: { '0': 'exif' } },
  results: [
    {
      ...{
        payload_id: 0,
        parent_id: null,
        filename: 'a.zip',
        size: 1483,
        plugin: 'exif',
        sha1: 'a'.repeat(40),
      },
      ...{ scan: { Camera: 'x' }, source_meta: { from: 'http://evil.example/a.zip' } },
    },
    {
      ...{ payload_id: 1, parent_id: 0, filename: 'b.exe', size: 5, plugin: 'exif', scan: null },
      ...{ dispatcher: 'extractor:decompress', source_meta: { offset: 30 } },
      workers: {
        yara: [[{ rule: 'has_mz', tags: ['exe'], meta: { description: 'A program' }, strings: [] }]],
      },
    },
    { payload_id: 2, parent_id: 0, filename: 'c.exe', size: 5, dispatcher: 'carver:pe', duplicate_of: 1 },
  ],
  errors: [{ plugin: 'carver:pe', code: 'STOQ_PLUGIN_FAILED', message: 'no header', payload_id: 1 }],
  truncated: [{ limit: 'max_time', detail: 'longer than 300 s', payload_id: 1 }],
}

test('every shared template tells names, findings of any worker, errors and cuts', async () => {
  for (const name of names) {
    const text = await render(name, document)
    for (const word of ['a.zip', 'b.exe', 'Camera', 'has_mz', 'A program'])
      assert.ok(text.includes(word), name)
    if (name !== 'slack.tpl') assert.match(text, /no header[\s\S]*longer than 300 s/)
    else assert.match(text, /not complete:\* 1 errors, 1 cuts/)
  }
})

test('the reports draw the tree of payloads', async () => {
  for (const name of names.slice(2)) {
    assert.match(
      await render(name, document),
      /^#0 a\.zip {2}1\.5 kB {2}sha1 aaaaaaaaaaaa\n├─ #1 b\.exe .*decompress\n└─ #2 c\.exe .*carver:pe {2}= #1$/m,
    )
  }
})

test('no text of an attacker reaches the end of a line, or a terminal as a control', async () => {
  for (const name of names) {
    const text = await render(name, hostile)
    assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f\u202e]/, name)
    assert.doesNotMatch(text, /^# x/m, name)
  }
})

test('in the Markdown report no text of an attacker stands outside of code', async () => {
  const text = await render('report.md.tpl', hostile)
  const [before = '', tree = '', after = '', ...rest] = text.split(/^ *```.*$/m)
  assert.deepEqual(rest, [])
  assert.match(tree, /EVIL/)
  for (const line of tree.split('\n').filter(Boolean)) assert.match(line, /^[│├└─ ]*#/)
  const outside = (before + after).replace(/`[^`\n]+`/g, '')
  assert.doesNotMatch(outside, /EVIL|evil|[`<[]/)
  for (const line of outside.split('\n').filter(each => each.startsWith('|')))
    assert.match(line, /^\|(?: [^|]* \|| \|| --- \|| ---: \|){2,4}$/)
})

test('in the HTML report text of an attacker is text', async () => {
  const text = await render('report.html.tpl', hostile)
  const tags = new Set([...text.matchAll(/<\/?([a-z!]+\d?)/gi)].map(([, tag]) => tag?.toLowerCase()))
  const own = 'br body code h1 h2 h3 head html meta p pre style table td th title tr !doctype'.split(' ')
  assert.deepEqual(
    [...tags].filter(tag => tag === undefined || !own.includes(tag)),
    [],
  )
  assert.doesNotMatch(text.replace(/<[^<>]*>/g, ''), /[<>]/)
  for (const [tag] of text.matchAll(/<[^>]*>/g)) assert.doesNotMatch(tag, /EVIL|onerror|onload/)
  assert.ok(text.includes('&lt;script&gt;'))
  assert.ok(!text.includes('49'), 'text of a payload is no template')
})

test('in Slack text of an attacker mentions nobody and links nowhere', async () => {
  const text = await render('slack.tpl', hostile)
  assert.doesNotMatch(text, /[<>]|http:\/\//)
  assert.equal((text.match(/`/g) ?? []).length % 2, 0)
})

test('documents that lack everything, split and flattened ones are rendered', async () => {
  const odd = [{}, { results: null }, { results: [{}, { scan: [{}] }, null, 5] }, { 'results:0:scan': 1 }]
  const circle = [
    { payload_id: 1, parent_id: 2, filename: 'one' },
    { payload_id: 2, parent_id: 1, filename: 'two' },
    { payload_id: 3, parent_id: 3, filename: 'three' },
  ]
  for (const name of names) {
    for (const each of odd) assert.equal(typeof (await render(name, each)), 'string')
    const text = await render(name, { results: circle })
    for (const word of ['one', 'two', 'three']) assert.ok(text.includes(word), name)
  }
})

test('of a document of 10,000 payloads, each with some rules, the first are told and the rest is counted', async () => {
  const [root] = document.results
  const hit = { rule: 'has_mz', tags: ['exe'], meta: { description: 'A program' } }
  const scan = Array(4).fill({ ...hit, strings: Array(3).fill([0, '$a', 'MZ']) })
  const source_meta = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`key${index}`, 'x']))
  const many = Array.from({ length: 10_000 }, (_, index) => ({
    ...{ payload_id: index + 1, parent_id: index % 50, filename: `f${index}`, dispatcher: 'carver:pe' },
    ...{ source_meta, scan, plugin: 'yara', sha1: 'a', md5: 'b', sha256: 'c' },
  }))
  const errors = Array(2000).fill(document.errors[0])
  for (const name of names) {
    const text = await render(name, { ...document, errors, truncated: errors, results: [root, ...many] })
    assert.match(text, /\b(?:9501|8001) payloads more|payloads more, in the document:\* 9951$/m, name)
  }
})

const folder = mkdtempSync(join(tmpdir(), 'stoq-shared-'))
after(() => rmSync(folder, { recursive: true }))

test('a template of the first folder comes before one of the same name, may use the others, and is found by its plain name', async () => {
  const own = join(folder, 'own')
  mkdirSync(own)
  writeFileSync(join(own, 'slack.tpl'), 'own {{ results.tlp }}')
  writeFileSync(join(own, 'more.tpl'), '{% include "slack.tpl" %} {% include "stdout.tpl" %}')
  const renderBoth = (name: string) =>
    new TemplateRenderer([own, bundledTemplates], name).render({ tlp: 'red' })
  assert.equal(await renderBoth('slack.tpl'), 'own red')
  assert.equal(await renderBoth('slack'), 'own red')
  assert.match(await renderBoth('more'), /^own red/)
  assert.match(await renderBoth('report.md'), /^# Report on/)
  assert.match(await renderBoth('report.html'), /^<!doctype html>/)
  await assert.rejects(
    renderBoth('report.rtf'),
    /report\.rtf: no such file in \S+own, \S+ \(there are .*report\.html/,
  )
  const without = new TemplateRenderer([join(folder, 'none'), bundledTemplates], 'slack')
  await without.load()
  assert.equal(without.path, join(bundledTemplates, 'slack.tpl'))
})

test('templates whose name ends in .html.tpl escape values, but not what their macros made; null and lists are theirs to write', async () => {
  writeFileSync(
    join(folder, 'base.html.tpl'),
    '{% macro b(t) %}<b>{{ t }}</b>{% endmacro %}<{% block x %}{% endblock %}>',
  )
  writeFileSync(
    join(folder, 'page.html.tpl'),
    '{% extends "base.html.tpl" %}{% from "base.html.tpl" import b %}{% block x %}{{ b(results.x) }}{{ results.x|safe }}{{ results.none }}{% raw %}{{ x }}{% endraw %}{{ results.none|length }}{% endblock %}',
  )
  writeFileSync(join(folder, 'broken.html.tpl'), 'a\n\n{% if %}')
  const page = new TemplateRenderer(folder, 'page.html')
  assert.equal(await page.render({ x: '<i>' }), '<<b>&lt;i&gt;</b><i>{{ x }}0>')
  await assert.rejects(new TemplateRenderer(folder, 'broken.html').load(), /in broken\.html\.tpl:3/)
})

test('the filters of documents work on what a template hands them', async () => {
  const shown = async (source: string) => {
    writeFileSync(join(folder, 'filters.tpl'), source)
    return new TemplateRenderer(folder, 'filters.tpl').render(document)
  }
  assert.equal(
    await shown('{{ results.results[0].sha1|short }} {{ "abcdef"|short(3) }} {{ none|short }}'),
    'aaaaaaaaaaaa abc ',
  )
  assert.equal(await shown('{{ 1500|size }} {{ none|size }} {{ "x"|size }}'), '1.5 kB ? ?')
  assert.equal(
    await shown('{{ results.results[0].source_meta["from"]|defang }}'),
    'hxxp[://]evil[.]example/a.zip',
  )
  assert.equal(await shown('{{ "a`b"|mdcode }} {{ "*"|md }}'), '`a\\x60b` &#42;')
  assert.equal(await shown('{{ "MZ\\\\x90"|hexdump(width=4) }}'), '00000000  4d 5a 90     |MZ.|')
  assert.equal(await shown('{{ results.results|rulecounts }}'), '[["has_mz",1]]')
  assert.equal(
    await shown('{{ results.results[0]|said }}{{ results.results[1]|said }}'),
    '[["exif",{"Camera":"x"}]][]',
  )
  assert.equal(
    await shown('{% for r in results.results|tree %}{{ r.depth }}{{ r.entry.filename }} {% endfor %}'),
    '0a.zip 1b.exe 1c.exe ',
  )
})
