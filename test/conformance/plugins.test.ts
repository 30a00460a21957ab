import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { conformance } from 'stoq/testing'

const plugins = fileURLToPath(new URL('../../plugins', import.meta.url))

test('every plugin folder holds the .stoq file that its name asks for', () => {
  const folders = readdirSync(plugins).flatMap(kind =>
    readdirSync(join(plugins, kind)).map(name => join(plugins, kind, name, `${name}.stoq`)),
  )
  assert.deepEqual(
    folders.filter(file => !existsSync(file)),
    [],
  )
})

conformance(plugins, { strict: true })
