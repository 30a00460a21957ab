import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { permissionFlags } from './permissions.ts'

const folder = mkdtempSync(join(tmpdir(), 'stoq-permissions-'))
after(() => rmSync(folder, { recursive: true, force: true }))

test('a folder that is granted can be listed, whatever in it is granted before', () => {
  const rules = join(folder, 'rules')
  mkdirSync(rules)
  writeFileSync(join(rules, 'own.yar'), '')
  const code = [join(rules, 'own.yar'), join(rules, 'node_modules'), rules]
  const flags = permissionFlags({ code, payloads: [] }, join(folder, 'own'), [])
  const list = `process.stdout.write(require('node:fs').readdirSync(${JSON.stringify(rules)}).join())`
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '-e', list], { encoding: 'utf8' })
  assert.equal(stdout, 'own.yar', stderr)
})
