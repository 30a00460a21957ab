import { spawn } from 'node:child_process'
import { errorText, type StoqError } from '../errors.ts'
import { descendants } from '../pool/process-tree.ts'

/** How a program is run. */
export interface ToolOptions {
  cwd: string
  signal: AbortSignal
  env?: NodeJS.ProcessEnv
}

/**
 * Runs npm or git to its end, and kills it with everything that it has started when the signal is aborted.
 * Throws a StoqError of `code` with the last lines that it wrote; `what` is its first word.
 */
export async function runTool(
  [file, ...args]: readonly [string, ...string[]],
  { cwd, signal, env = {} }: ToolOptions,
  fault: (reason: string) => StoqError,
): Promise<void> {
  signal.throwIfAborted()
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    // npm is a script of the shell on Windows.
    shell: process.platform === 'win32' && file === 'npm',
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4000)
  })
  const stop = () => {
    if (child.pid === undefined) return
    for (const pid of [...descendants(child.pid).reverse(), child.pid]) endProcess(pid)
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', error => reject(fault(`${file} could not be started: ${errorText(error)}`)))
      child.on('close', resolve)
    })
    signal.throwIfAborted()
    if (status !== 0) throw fault(lastWords(said) || `${file} ended with status ${status}`)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

/** What npm and git say of a fault, without what they say around it. */
function lastWords(text: string): string {
  const lines = text
    .split('\n')
    .filter(line => line.trim() && !/complete log|^npm (warn|notice)|^Cloning into/i.test(line))
  return lines.slice(-4).join(' ').slice(-600)
}
