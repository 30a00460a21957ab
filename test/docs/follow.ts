import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import pty from '@lydell/node-pty'
import { plainText, readScreen } from '../../scripts/picture/screen.ts'
import { root, textOf } from './markdown.ts'
import { matches } from './printed.ts'

const columns = 110

/**
 * Follows a guide from top to bottom in a folder of its own, as a reader does: files are made, commands are run. The
 * folders of `copied` come along as the reader has them in a checkout.
 */
export function follow(guide: string, copied: readonly string[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'stoq-guide-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of copied) cpSync(join(root, name), join(folder, name), { recursive: true })
  for (const name of ['node_modules', 'packages', 'package.json'])
    symlinkSync(join(root, name), join(folder, name))

  for (const [, language, words = '', content = ''] of textOf(guide).matchAll(
    /^```(\w+)(.*)\n([\s\S]*?)^```/gm,
  )) {
    const file = / file=(\S+)/.exec(words)?.[1]
    if (file) {
      test(`${file} is written`, () => {
        mkdirSync(dirname(join(folder, file)), { recursive: true })
        writeFileSync(join(folder, file), content)
      })
    }
    if (language !== 'console') continue
    for (const { command, expected } of commandsOf(content)) {
      test(`$ ${command}`, { timeout: 60_000 }, async () => {
        const printed = await run(command, folder)
        assert.ok(
          matches(printed, expected),
          `the guide says:\n${expected}\n\nthe command printed:\n${printed}`,
        )
      })
    }
  }
}

/** `$ command`, further lines of it after a backslash, then what it prints. */
function commandsOf(block: string): { command: string; expected: string }[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map(text => {
      const [, command = '', expected = ''] = /^((?:.*\\\n)*.*)\n([\s\S]*)$/.exec(text) ?? []
      return { command, expected: expected.trimEnd() }
    })
}

/** What a reader sees in a terminal. */
async function run(command: string, folder: string): Promise<string> {
  const { PATH, HOME = folder } = process.env
  const env = { PATH: `${join(root, 'node_modules/.bin')}:${PATH}`, HOME, TMPDIR: tmpdir() }
  const home = { STOQ_HOME: join(folder, 'home'), TERM: 'xterm-256color', LANG: 'C.UTF-8' }
  const line = command.replace(/\bnpx (?=stoq\b)/g, '')
  const terminal = pty.spawn('/bin/sh', ['-c', line], {
    cols: columns,
    rows: 50,
    cwd: folder,
    env: { ...env, ...home },
  })
  let output = ''
  terminal.onData(text => {
    output += text
  })
  await new Promise(resolve => terminal.onExit(resolve))
  return plainText(readScreen(output)).replaceAll(folder, '…')
}
