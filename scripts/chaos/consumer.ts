import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { type Place, stoq } from './place.ts'

/** A stoQ that takes messages, scans with one scan process and saves documents. */
export class Consumer {
  readonly #place: Place
  readonly #home: string
  readonly #log: number
  #child: ChildProcess | null = null

  constructor(place: Place, name: string) {
    this.#place = place
    this.#home = place.home(name)
    this.#log = openSync(join(this.#home, 'said'), 'a')
  }

  /** `more`: further flags. */
  start(...more: string[]): void {
    const words = ['yara', '-I', 'rabbitmq', '-Q', this.#place.queue, '-D', '-P', 'tally', ...more]
    const env = { ...process.env, STOQ_HOME: this.#home }
    this.#child = spawn(process.execPath, [stoq, ...words], { env, stdio: ['ignore', 'ignore', this.#log] })
  }

  /** Starts it again where it ended by itself, as an init system does: it gives up where it finds no server for seconds. */
  revive(): void {
    if (this.#child && this.#hasEnded) this.start()
  }

  get #hasEnded(): boolean {
    return this.#child?.exitCode !== null || this.#child.signalCode !== null
  }

  /** Resolves to its exit status, or the name of the signal that ended it. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | string> {
    const child = this.#child
    if (!child) return 0
    if (this.#hasEnded) return child.exitCode ?? child.signalCode ?? 0
    const exit = once(child, 'exit')
    child.kill(signal)
    const [status, by] = await exit
    return status ?? by
  }

  /** Ends its scan process with SIGKILL; false: there was none. */
  killScanProcess(): boolean {
    const [victim] = childrenOf(this.#child?.pid ?? 0)
    if (victim === undefined) return false
    try {
      return process.kill(victim, 'SIGKILL')
    } catch {
      // It has ended in the meantime.
      return false
    }
  }
}

function childrenOf(pid: number): number[] {
  try {
    const found = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
    return found.split('\n').map(Number).filter(Boolean)
  } catch {
    return []
  }
}
