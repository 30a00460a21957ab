import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { blocksOf, root } from './markdown.ts'
import { matches } from './printed.ts'

const folder = mkdtempSync(join(tmpdir(), 'stoq-guide-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** The commands of the guide in their order, each with what it prints. */
const steps = blocksOf('docs/guide/installing-plugins.md', 'console').flatMap(({ code }) =>
  code.split(/^\$ /m).slice(1),
)

for (const step of steps) {
  const [command = ''] = step.split('\n', 1)
  test(`$ ${command}`, { timeout: 60_000 }, () => {
    const expected = step.slice(command.length + 1).trimEnd()
    const { PATH, HOME = folder } = process.env
    const { stdout } = spawnSync('/bin/sh', ['-c', `{ ${command.replace(/\bnpx (?=stoq\b)/, '')}; } 2>&1`], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: `${join(root, 'node_modules/.bin')}:${PATH}`, HOME, STOQ_HOME: join(folder, 'home') },
    })
    assert.ok(matches(stdout, expected), `the guide says:\n${expected}\n\nthe command printed:\n${stdout}`)
  })
}
