import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { errorText, StoqError } from '../errors.ts'
import { killTree } from '../pool/process-tree.ts'
import type { PluginContext } from './plugin.ts'

/** How a program is run. */
export interface ProgramOptions {
  /** Budget and signal of the call that needs it. */
  context: PluginContext
  /** What it reads on standard input. */
  input?: Uint8Array
  /** Folder that it runs in; that of the process when absent. */
  cwd?: string
  /** Bytes of standard output; what the budget has left when absent. */
  maxOutput?: number
}

/** What a program did. */
export interface ProgramResult {
  /** Exit status; null when a signal ended it. */
  status: number | null
  stdout: Uint8Array
  /** The first 64 KiB of standard error. */
  stderr: string
}

const maxErrorText = 64 * 1024

/**
 * Runs a program for a plugin that has `needs_list = subprocess`: never through a shell, no longer than the call may take,
 * and killed with everything that it has started. Throws STOQ_BUDGET when it took too long or wrote too much,
 * STOQ_PLUGIN_FAILED when it cannot be started.
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  { context, input, cwd, maxOutput = context.budget.remainingBytes }: ProgramOptions,
): Promise<ProgramResult> {
  const { limits, remainingTime } = context.budget
  const milliseconds = Math.min(limits.max_plugin_time * 1000, remainingTime)
  const program = spawn(file, args, { stdio: 'pipe', ...(cwd !== undefined && { cwd }) })
  let cut: StoqError | null = null
  const stop = (reason: string) => {
    cut ??= new StoqError('STOQ_BUDGET', [`${file} ${reason}`])
    if (program.pid !== undefined) killTree(program.pid)
  }
  const timer = setTimeout(() => stop(`took longer than ${milliseconds / 1000} s`), milliseconds)
  const abort = () => stop('was told to stop')
  context.signal.addEventListener('abort', abort, { once: true })
  try {
    program.stdin.on('error', () => {
      // It has ended, or reads nothing: its exit status says more.
    })
    program.stdin.end(input)
    const [stdout, stderr, status] = await Promise.all([
      collect(program.stdout, maxOutput, () => stop(`wrote more than ${maxOutput} bytes`)),
      collect(program.stderr, maxErrorText, () => {}),
      exitOf(program, file),
    ])
    if (cut) throw cut
    return { status, stdout, stderr: stderr.toString() }
  } finally {
    clearTimeout(timer)
    context.signal.removeEventListener('abort', abort)
  }
}

function exitOf(program: ChildProcess, file: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    program.on('close', resolve)
    program.on('error', error => {
      reject(new StoqError('STOQ_PLUGIN_FAILED', [file, errorText(error)], { cause: error }))
    })
  })
}

/** Bytes up to a limit; what comes after is read, so that nobody waits for it, and dropped. */
async function collect(stream: Readable, limit: number, onMore: () => void): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const room = limit - length
    length += chunk.length
    if (room > 0) chunks.push(chunk.subarray(0, room))
    if (length > limit) onMore()
  }
  return Buffer.concat(chunks)
}
