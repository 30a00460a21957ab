import { alike } from './fleet.ts'
import type { Job } from './job.ts'
import type { ScanProcess } from './scan-process.ts'

/** A process that does not answer within this time hangs in something, and begins nothing meanwhile. */
const answerMilliseconds = 40

/** Takes payloads that a process has not begun from it, for one without work. Asked first, so that none is scanned twice. */
export class Sharing {
  readonly #processes: ReadonlySet<ScanProcess>
  readonly #asked = new Map<ScanProcess, { ask: number; ids: readonly number[]; since: number }>()
  #lastAsk = 0

  constructor(processes: ReadonlySet<ScanProcess>) {
    this.#processes = processes
  }

  /** Asks the fullest process for half of what it has not begun, unless it was asked already. */
  ask(idle: ScanProcess): void {
    if (idle.isRetiring || !idle.isAlive || !idle.isReady) return
    const [full] = alike(this.#processes, idle.rights).sort((a, b) => b.jobs.size - a.jobs.size)
    if (!full || full.jobs.size < 2 || this.#asked.has(full)) return
    const open = notBegun(full)
    const ids = open.slice(Math.floor(open.length / 2)).map(({ id }) => id)
    if (ids.length === 0) return
    const ask = ++this.#lastAsk
    full.send({ kind: 'revoke', ask, ids })
    this.#asked.set(full, { ask, ids, since: performance.now() })
  }

  /** The payloads that a process has let go of, as it was asked to; an answer that was not waited for any more is none. */
  given(process: ScanProcess, ask: number, ids: readonly number[]): Job[] {
    const asked = this.#asked.get(process)
    if (asked?.ask !== ask) return []
    this.#asked.delete(process)
    return take(process, new Set(ids.filter(id => asked.ids.includes(id))))
  }

  /** What processes that do not answer have not begun, or not told of. */
  overdue(): Job[] {
    const late = [...this.#asked].filter(([, { since }]) => performance.now() - since > answerMilliseconds)
    return late.flatMap(([process, { ids }]) => {
      this.#asked.delete(process)
      const open = new Set(notBegun(process).map(({ id }) => id))
      return take(process, new Set(ids.filter(id => open.has(id))))
    })
  }

  /** Forgets a process that has ended. */
  forget(process: ScanProcess): void {
    this.#asked.delete(process)
  }
}

function notBegun(process: ScanProcess): Job[] {
  const begun = new Set(process.calls().map(({ id }) => id))
  return [...process.jobs.values()].filter(({ id }) => !begun.has(id))
}

function take({ jobs }: ScanProcess, ids: ReadonlySet<number>): Job[] {
  const taken = [...jobs.values()].filter(({ id }) => ids.has(id))
  for (const { id } of taken) jobs.delete(id)
  return taken
}
