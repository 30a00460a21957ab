import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Stoq, type StoqOptions } from '../stoq.ts'

/** A Stoq with a home folder of its own, which is removed in the end: `await using scratch = openScratch()`. */
export interface Scratch extends AsyncDisposable {
  readonly stoq: Stoq
  readonly home: string
  /** The lines that were logged: level, logger, text. */
  readonly log: string[]
}

/** Opens a Stoq that touches nothing outside of a temporary folder. */
export function openScratch(options: StoqOptions = {}): Scratch {
  const home = mkdtempSync(join(tmpdir(), 'stoq-'))
  const log: string[] = []
  const stderr = (line: string) => void log.push(line.replace(/^\[[^\]]* (\w+)\] /, '$1 ').trimEnd())
  const stoq = new Stoq({ base_dir: home, log_level: 'warning', stderr, ...options })
  return {
    stoq,
    home,
    log,
    async [Symbol.asyncDispose]() {
      await stoq.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
