/**
 * Makes docs/pictures/scan.svg and the text picture in README.md from a real run in a terminal: `node scripts/picture.ts`.
 * Nothing is made up: what the command prints is what is drawn.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pty from '@lydell/node-pty'
import { fillBlocks } from './docs/page.ts'
import { plainText, readScreen } from './picture/screen.ts'
import { drawTerminal } from './picture/svg.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const commands = [
  'npx stoq scan samples/invoice.eml --max-recursion 8 -L warning',
  'npx stoq explain samples/xor1_41.bin -L warning',
]
const columns = 106

const outputs: string[] = []
for (const command of commands) {
  const output = (await run(command.replace('npx ', ''))).trimEnd()
  outputs.push(`\x1b[32m$\x1b[39m ${command}\r\n${output}\r\n`)
}
const screen = readScreen(outputs.join('\r\n'))
writeFileSync(join(root, 'docs/pictures/scan.svg'), drawTerminal(screen, columns))
const readme = join(root, 'README.md')
const blocks = new Map([['picture', `\`\`\`text\n${plainText(screen)}\n\`\`\``]])
writeFileSync(readme, fillBlocks(readFileSync(readme, 'utf8'), blocks, 'README.md'))

/** Runs the command in a terminal, with a base folder of its own; gives what was on the screen. */
async function run(line: string): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'stoq-picture-'))
  const environment = { ...process.env, STOQ_HOME: home, TERM: 'xterm-256color', LANG: 'C.UTF-8' }
  const PATH = `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`
  const terminal = pty.spawn('/bin/sh', ['-c', line], {
    cols: columns,
    rows: 60,
    cwd: root,
    env: { ...environment, PATH },
  })
  let text = ''
  terminal.onData(data => {
    text += data
  })
  await new Promise(resolve => terminal.onExit(resolve))
  rmSync(home, { recursive: true, force: true })
  return text
}
