import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openShell } from '../e2e/shell-terminal.ts'
import { blocksOf } from './markdown.ts'
import { matches } from './printed.ts'

const guide = 'docs/guide/shell.md'
const prompt = '[stoQ] > '

test('the session of the guide goes as the guide says', { timeout: 60_000 }, async () => {
  const steps = blocksOf(guide, 'console').flatMap(({ code }) => code.split(prompt).slice(1))
  assert.ok(steps.length > 15)
  const shell = await openShell()
  for (const step of steps) {
    const [command = ''] = step.split('\n', 1)
    const expected = step.slice(command.length + 1).trimEnd()
    const printed = await shell.line(command)
    assert.ok(
      matches(printed, expected),
      `${command}\nthe guide says:\n${expected}\n\nthe shell printed:\n${printed}`,
    )
  }
  assert.equal(await shell.leave(), 0)
})
