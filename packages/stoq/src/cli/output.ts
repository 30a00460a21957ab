import { errorText } from '../errors.ts'
import { printable } from '../results/printable.ts'
import { exitStatus } from './main.ts'

/** Aborted, with the fault, when standard output takes no more. */
const lost = new AbortController()
let hasEnded = false

/** Keeps a fault of standard output or standard error from ending the process; the signal is aborted when output is lost. */
export function watchOutput(): AbortSignal {
  for (const stream of [process.stdout, process.stderr]) {
    if (!stream.listeners('error').includes(note)) stream.on('error', note)
  }
  return lost.signal
}

/** The exit status of a command, given what became of its output: a reader that is gone (`| head`) is not worth a word. */
export function outputStatus(status: number): number {
  hasEnded = true
  if (!lost.signal.aborted) return status
  if (isClosed(lost.signal.reason)) return exitStatus.lostReader
  // A connector has told the fault already where the status says so.
  return status === exitStatus.ok ? tell(lost.signal.reason) : status
}

function note(this: NodeJS.WriteStream, error: Error): void {
  if (this === process.stderr || lost.signal.aborted) return
  lost.abort(error)
  // What a command has written last fails when its status is out already.
  if (hasEnded) process.exitCode = isClosed(error) ? exitStatus.lostReader : tell(error)
}

function tell(error: unknown): number {
  process.stderr.write(`stoq: cannot write standard output: ${printable(errorText(error))}\n`)
  return exitStatus.trouble
}

function isClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE'
}
