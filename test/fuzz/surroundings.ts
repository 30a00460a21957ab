import { readdirSync } from 'node:fs'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { Fault } from './fault.ts'

/** Calls between two looks at what costs more than a call. */
const lookEvery = 64

/** Growth of the process after its first calls that is no noise, in bytes. */
const maxGrowth = { heap: 96 * 2 ** 20, resident: 512 * 2 ** 20 }

/** Memory that no call of a small input should bring the process to; 7-Zip alone may take 512 MiB. */
const maxResident = 1536 * 2 ** 20

/** How long things may take to go away after a call, in milliseconds. */
const patience = 500

/** What a call must leave alone in its process: timers, rejections, output, the disk and memory. */
export class Surroundings {
  readonly #temp: string
  readonly #files: readonly string[]
  #stray: Fault | null = null
  #calls = 0
  #start: { heap: number; resident: number } | null = null
  #resources = new Map<string, number>()

  constructor(temp: string) {
    this.#temp = temp
    this.#files = readdirSync(temp)
    process.on('uncaughtException', (error, origin) => {
      this.#stray ??= new Fault(`left an ${origin}: ${error instanceof Error ? error.stack : String(error)}`)
    })
    for (const stream of [process.stdout, process.stderr]) this.#forbid(stream)
  }

  /** Called before each call. */
  open(): void {
    this.#resources = countResources()
  }

  /** What the last call left behind, null when nothing. */
  async check(): Promise<Fault | null> {
    await nextTurn()
    const fault = (await this.#findLeftover()) ?? (++this.#calls % lookEvery === 0 ? this.#look() : null)
    const stray = this.#stray
    this.#stray = null
    return stray ?? fault
  }

  /** Memory that is kept now is what the process needs for its work. */
  startMeasuring(): void {
    this.#start = measure()
  }

  /** A fault when the process kept growing since. */
  checkGrowth(): Fault | null {
    const [before, now] = [this.#start, measure()]
    if (!before) return null
    const grown =
      now.heap - before.heap > maxGrowth.heap || now.resident - before.resident > maxGrowth.resident
    if (!grown) return null
    this.#start = now
    return new Fault(
      `keeps memory: heap and buffers ${megabytes(before.heap)} to ${megabytes(now.heap)}, resident ${megabytes(before.resident)} to ${megabytes(now.resident)}`,
    )
  }

  /** What the plugin prints would be in the middle of somebody's JSON. */
  #forbid(stream: NodeJS.WriteStream): void {
    stream.write = (chunk: unknown) => {
      this.#stray ??= new Fault(`printed: ${String(chunk).slice(0, 200)}`)
      return true
    }
  }

  async #findLeftover(): Promise<Fault | null> {
    const end = performance.now() + patience
    for (;;) {
      const more = [...countResources()].find(([name, count]) => count > (this.#resources.get(name) ?? 0))
      if (!more) return null
      if (performance.now() > end) return new Fault(`left something running: ${more[0]}`)
      await sleep(5)
    }
  }

  #look(): Fault | null {
    const made = readdirSync(this.#temp).filter(name => !this.#files.includes(name))
    if (made.length > 0) return new Fault('left files in the folder for temporary ones')
    const resident = process.memoryUsage.rss()
    return resident > maxResident
      ? new Fault(`brought the process to more than ${megabytes(maxResident)}`)
      : null
  }
}

/** What keeps the process alive, by kind. */
function countResources(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of process.getActiveResourcesInfo()) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function measure(): { heap: number; resident: number } {
  // Memory of a WebAssembly program that the first one finds unused is given back by the second.
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: heapUsed + external, resident: rss }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`
}
