import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commands } from './command-table.ts'
import { installUsage } from './install.ts'
import { newUsage } from './new.ts'
import { testUsage } from './test.ts'
import { uninstallUsage } from './uninstall.ts'

for (const [name, { flags }] of Object.entries({
  new: newUsage,
  test: testUsage,
  install: installUsage,
  uninstall: uninstallUsage,
})) {
  test(`the table tells of the flags that ${name} takes, as ${name} --help does`, () => {
    const told = commands.find(command => command.name === name)?.flags
    const wanted = Object.entries(flags).map(([flag, { help }]) => ({ flag: `--${flag}`, help }))
    assert.deepEqual(told, wanted)
  })
}
