import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { follow } from './follow.ts'
import { root, textOf } from './markdown.ts'

const guide = 'docs/guide/plugin-development.md'

/** Those of the guide to the first stoQ. */
const headings = [
  ...['Overview', 'Configuration', 'Plugin Development', 'Workers', 'Connectors', 'Readers', 'Sources'],
  ...['Extractors', 'Carvers', 'Decoders', 'Decorators', 'Packaging Plugins', 'Templates'],
  'Installing a Plugin',
]

test('who knows the guide to the first stoQ finds every heading', () => {
  const text = textOf(guide)
  const places = headings.map(heading => text.search(new RegExp(`^##+ ${heading}$`, 'm')))
  assert.ok(!places.includes(-1), String(headings[places.indexOf(-1)]))
  assert.deepEqual(
    places,
    places.toSorted((one, other) => one - other),
  )
})

test('every example plugin is in the guide', () => {
  const modules = globSync('examples/plugins/*/*/*.stoq', { cwd: root }).map(file =>
    file.replace(/\.stoq$/, ''),
  )
  const text = textOf(guide)
  assert.deepEqual(
    modules.filter(module => !text.includes(` from=${module}.`)),
    [],
  )
  assert.ok(modules.every(module => globSync(join(root, `${module}.test.{ts,js}`)).length === 1))
})

follow(guide, ['samples', 'examples'])
