/** Fuzzes one target in a process of its own, so that whatever happens to it is known to be that target's doing. */
import { basename } from 'node:path'
import fc from 'fast-check'
import { openScratch, readGoldenSample } from 'stoq/testing'
import { type FuzzInput, generous, inputs } from './cases.ts'
import { type Fault, signature } from './fault.ts'
import { judge, type Times } from './judge.ts'
import { type Finding, FlightRecorder, type Order, type Report } from './protocol.ts'
import type { SampleSets } from './samples.ts'
import { Surroundings } from './surroundings.ts'
import { type Call, findTargets, pluginOptions, type Target } from './targets.ts'

/** Cases of one seed: few, so that one number and a path replay any of them. */
const batch = 25

/** Seconds that the search for a smaller input may take. */
const shrinkTime = 30

class Fuzzer {
  readonly #target: Target
  readonly #call: Call
  readonly #recorder: FlightRecorder
  readonly #surroundings: Surroundings
  readonly #times: Times | undefined
  readonly #known: Set<string>
  readonly #started = performance.now()

  constructor(target: Target, call: Call, order: Order) {
    this.#target = target
    this.#call = call
    this.#times = order.times
    this.#known = new Set(order.known)
    this.#recorder = new FlightRecorder(order.flightFile)
    this.#surroundings = new Surroundings(process.env['TMPDIR'] ?? '')
  }

  get facts(): { cases: number; seconds: number } {
    return { cases: this.#recorder.calls, seconds: (performance.now() - this.#started) / 1000 }
  }

  /** One call, with all that it must leave as it was. */
  async try(input: FuzzInput, seed = 0, index = 0): Promise<Fault | null> {
    this.#recorder.record(seed, index, input)
    this.#surroundings.open()
    const fault = await judge(this.#call, this.#target.shape, input, this.#times)
    return (await this.#surroundings.check()) ?? fault
  }

  async files(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      const { payload, kwargs } = readGoldenSample(path, basename(path))
      const fault = await this.try({ payload: Buffer.from(payload), kwargs, limits: generous })
      if (fault) report({ kind: 'finding', finding: this.#finding(fault, { payload, kwargs }, null, null) })
    }
  }

  /** The samples that the plugin makes something of; parts of the core take any. */
  async choose({ own, others }: SampleSets): Promise<SampleSets> {
    const isPlugin = !this.#target.id.startsWith('core/')
    const chosen: number[] = []
    for (const [index, sample] of others.entries()) {
      if (!isPlugin || (await isOfUse(this.#call, sample))) chosen.push(index)
    }
    report({ kind: 'samples', chosen })
    return { own, others: chosen.flatMap(index => others[index] ?? []) }
  }

  async seeds(order: Order, sets: SampleSets): Promise<void> {
    const arbitrary = inputs(sets)
    const end = this.#started + order.seconds * 1000
    let last = 0
    for (const seed of order.seeds) {
      last = seed
      await this.#batch(arbitrary, seed, order.path)
    }
    this.#surroundings.startMeasuring()
    let told = performance.now()
    while (performance.now() < end) {
      await this.#batch(arbitrary, ++last)
      if (performance.now() - told < 5000) continue
      told = performance.now()
      this.#tellProgress(last)
    }
    this.#tellProgress(last)
  }

  #tellProgress(seed: number): void {
    const fault = this.#surroundings.checkGrowth()
    const empty = { payload: Buffer.alloc(0), kwargs: {} }
    if (fault) report({ kind: 'finding', finding: this.#finding(fault, empty, seed, null) })
    report({ kind: 'progress', ...this.facts, megabytes: Math.round(process.memoryUsage.rss() / 2 ** 20) })
  }

  async #batch(arbitrary: fc.Arbitrary<FuzzInput>, seed: number, path?: string): Promise<void> {
    let index = 0
    let found: { fault: Fault; input: FuzzInput } | null = null
    const property = fc.asyncProperty(arbitrary, async input => {
      const fault = await this.try(input, seed, index++)
      // Shrinking must not lead from one fault to another.
      if (
        !fault ||
        this.#known.has(signature(fault.message)) ||
        (found && signature(found.fault.message) !== signature(fault.message))
      )
        return true
      found = { fault, input }
      return false
    })
    const parameters = {
      seed,
      numRuns: batch,
      interruptAfterTimeLimit: shrinkTime * 1000,
      ...(path !== undefined && { path }),
    }
    const result = await fc.check(property, parameters)
    if (!found) return
    const { fault, input } = found as { fault: Fault; input: FuzzInput }
    this.#known.add(signature(fault.message))
    report({ kind: 'finding', finding: this.#finding(fault, input, seed, result.counterexamplePath ?? null) })
  }

  #finding(
    fault: Fault,
    input: Pick<Finding, 'payload' | 'kwargs'>,
    seed: number | null,
    path: string | null,
  ): Finding {
    const { payload, kwargs } = input
    return { target: this.#target.id, fault: fault.message, seed, path, payload, kwargs }
  }
}

async function isOfUse(call: Call, { payload, kwargs }: SampleSets['own'][number]): Promise<boolean> {
  let isUsed = false
  const watched: Call = async (...words) => {
    const result = await call(...words)
    isUsed = result !== null && result !== undefined
    return result
  }
  await judge(watched, 'anything', { payload: Buffer.from(payload), kwargs, limits: generous })
  return isUsed
}

function report(message: Report): void {
  process.send?.(message)
}

async function main(order: Order): Promise<void> {
  const target = findTargets(order.plugins).find(({ id }) => id === order.target)
  if (!target) throw new Error(`there is no target ${order.target}`)
  await using scratch = openScratch(pluginOptions(order.plugins))
  const fuzzer = new Fuzzer(target, await target.open(scratch.stoq), order)
  if (order.files) await fuzzer.files(order.files)
  else await fuzzer.seeds(order, await fuzzer.choose(target.samples()))
  report({ kind: 'done', ...fuzzer.facts })
}

await main(JSON.parse(process.argv[2] ?? ''))
process.disconnect?.()
