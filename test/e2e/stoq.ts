import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import pty from '@lydell/node-pty'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const bin = join(root, 'packages/stoq/bin/stoq.js')
export const samples = join(root, 'test/parity/samples')

/** What a command did. */
export interface Outcome {
  status: number | null
  stdout: string
  stderr: string
}

/** A folder that is removed when the test file ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stoq-e2e-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The environment of a person who has never run stoQ. */
export function cleanEnvironment(home = scratchFolder()): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env
  return { PATH, HOME, ...(TMPDIR && { TMPDIR }), STOQ_HOME: home, LANG: 'C.UTF-8' }
}

/** Runs stoq in a pipe. `during` may act on the running process. */
export async function stoq(
  words: string[],
  options: { home?: string; cwd?: string; during?: (child: ReturnType<typeof spawn>) => void } = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [bin, ...words], {
    cwd: options.cwd ?? root,
    env: cleanEnvironment(options.home),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const outcome: Outcome = { status: null, stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', text => {
    outcome.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    outcome.stderr += text
  })
  options.during?.(child)
  outcome.status = await new Promise(resolve => child.on('close', resolve))
  return outcome
}

/** Runs stoq in a terminal; gives everything that was on the screen. */
export async function stoqOnTerminal(
  words: string[],
  options: { home?: string } = {},
): Promise<{ status: number; screen: string }> {
  const terminal = pty.spawn(process.execPath, [bin, ...words], {
    cols: 100,
    rows: 40,
    cwd: root,
    env: { ...cleanEnvironment(options.home), TERM: 'xterm-256color' } as Record<string, string>,
  })
  let screen = ''
  terminal.onData(text => {
    screen += text
  })
  const status = await new Promise<number>(resolve => terminal.onExit(({ exitCode }) => resolve(exitCode)))
  return { status, screen }
}

/** The documents of a run in a pipe: one a line. */
export function documentsOf(outcome: Outcome): Record<string, never>[] {
  return outcome.stdout
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
}

/** Lines for people on standard error that tell of trouble. */
export function troubles(outcome: Outcome): string[] {
  return outcome.stderr.split('\n').filter(line => /^stoq: |(WARNING|ERROR|CRITICAL)\]/.test(line))
}
