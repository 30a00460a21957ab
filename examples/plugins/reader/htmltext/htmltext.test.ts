import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runPlugin } from 'stoq/testing'

const read = async (html: string) => (await runPlugin(import.meta.dirname, html)).results

test('paragraphs are lines, tags and comments are gone', async () => {
  assert.deepEqual(await read('<p>a <b>bo</b>ld\n one<br>and &lt;two&gt;</p><!-- no -->'), [
    'a bold one\nand <two>',
  ])
})

test('scripts and styles are no text', async () => {
  assert.deepEqual(await read('<style>p{}</style>a<SCRIPT>if (1<2) x()</SCRIPT >b'), ['ab'])
})

test('a page that ends in the middle gives what came before', async () => {
  assert.deepEqual(await read('text<p'), ['text'])
  assert.deepEqual(await read('text<script>x'), ['text'])
  assert.deepEqual(await read('<p></p>'), [])
})

test('ten million brackets are read in one pass', async () => {
  const begin = performance.now()
  await read('<'.repeat(5_000_000) + '<!--'.repeat(1_000_000))
  await read('<script>'.repeat(1_000_000))
  assert.ok(performance.now() - begin < 5000)
})
