import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import pty from '@lydell/node-pty'
import { bin, cleanEnvironment, root, scratchFolder } from '../e2e/stoq.ts'

/** `stoq new` on a terminal; each answer is typed when its question is there. */
async function dialogue(words: string[], answers: [question: string, answer: string][]) {
  const home = scratchFolder()
  const terminal = pty.spawn(process.execPath, [bin, 'new', ...words], {
    cols: 120,
    cwd: root,
    env: { ...cleanEnvironment(home), TERM: 'xterm' } as Record<string, string>,
  })
  const left = [...answers]
  let screen = ''
  let fresh = ''
  terminal.onData(text => {
    screen += text
    fresh += text
    // Several questions may come at once.
    for (let next = left[0]; next && fresh.includes(next[0]); next = left[0]) {
      fresh = fresh.slice(fresh.indexOf(next[0]) + next[0].length)
      left.shift()
      terminal.write(next[1])
    }
  })
  const late = setTimeout(() => terminal.kill(), 30_000)
  const status = await new Promise<number>(resolve => terminal.onExit(({ exitCode }) => resolve(exitCode)))
  clearTimeout(late)
  assert.deepEqual(left, [], screen)
  return { status, screen, home }
}

test('what was not said is asked, and asked again when the answer does not fit', async () => {
  const { status, screen, home } = await dialogue(
    [],
    [
      ['Kind (worker, ', 'decodr\r'],
      ['did you mean decoder?', ''],
      ['Kind (worker, ', 'decoder\r'],
      ['Name', '../x\r'],
      ['is no name', ''],
      ['Name', 'mine\r'],
      ['What does it do [mine, a decoder]', 'Turns things round\r'],
      ['Author [', '\r'],
    ],
  )
  assert.equal(status, 0, screen)
  assert.match(
    readFileSync(join(home, 'plugins/decoder/mine/mine.stoq'), 'utf8'),
    /Description = Turns things round/,
  )
})

test('what was said is not asked', async () => {
  const { status, screen } = await dialogue(
    ['worker', 'mine', '--description', 'Does it', '--author', 'me'],
    [],
  )
  assert.equal(status, 0)
  assert.doesNotMatch(screen, /\[|\?/)
})

for (const [name, key] of [
  ['Ctrl-C', '\x03'],
  ['Ctrl-D', '\x04'],
]) {
  test(`${name} makes nothing`, async () => {
    const { status, screen, home } = await dialogue(['worker', 'mine'], [['What does it do', key ?? '']])
    assert.deepEqual([status, existsSync(join(home, 'plugins'))], [2, false])
    assert.match(screen, /stopped: nothing was made/)
  })
}
