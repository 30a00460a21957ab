import { isDeepStrictEqual } from 'node:util'
import { Budget, dumps, type PluginContext, StoqError } from 'stoq'
import type { FuzzInput } from './cases.ts'
import { Fault } from './fault.ts'
import type { Call, Shape } from './targets.ts'

/** How long a call may take, in seconds; inputs are small. */
export interface Times {
  /** By the budget that the plugin is given; then it is told to stop. */
  plugin: number
  /** To notice that. */
  grace: number
  /** Of the processor: a busy machine must not count. */
  cpu: number
}

export const usualTimes: Times = { plugin: 3, grace: 27, cpu: 6 }

/** What is around the payload in memory: a plugin that reads or writes there took the wrong end of the buffer. */
const margin = 13
const marginByte = 0xa5

/** Calls with one input and gives what is wrong with the way it went, null when nothing is. */
export async function judge(
  call: Call,
  shape: Shape,
  input: FuzzInput,
  times = usualTimes,
): Promise<Fault | null> {
  const surrounding = surround(input.payload)
  const payload = surrounding.subarray(margin, surrounding.length - margin)
  const kwargs = structuredClone(input.kwargs)
  const cpu = process.cpuUsage()
  const consumer = new Consumer(payload, shape, input.limits, times)
  const fault = await consumer.run(call, kwargs)
  if (fault) return fault
  const { user, system } = process.cpuUsage(cpu)
  const seconds = (user + system) / 1e6
  if (seconds > times.cpu)
    return new Fault(`took more than ${times.cpu} s of processor time: ${seconds.toFixed(1)}`)
  if (!surround(input.payload).equals(surrounding))
    return new Fault('changed the payload, or bytes beside it')
  if (!isDeepStrictEqual(kwargs, input.kwargs)) return new Fault('changed its keywords')
  return null
}

function surround(payload: Uint8Array): Buffer {
  const surrounding = Buffer.alloc(payload.length + 2 * margin, marginByte)
  surrounding.set(payload, margin)
  return surrounding
}

/** Takes what a call gives as the pipeline does, and looks at every piece of it. */
class Consumer {
  readonly #payload: Buffer
  readonly #shape: Shape
  readonly #times: Times
  readonly #budget: Budget
  readonly #stop = new AbortController()
  #bytes = 0

  constructor(payload: Buffer, shape: Shape, limits: FuzzInput['limits'], times: Times) {
    this.#payload = payload
    this.#shape = shape
    this.#times = times
    this.#budget = new Budget({
      ...limits,
      max_recursion: 3,
      max_time: 2 * times.plugin,
      max_plugin_time: times.plugin,
    })
  }

  async run(call: Call, kwargs: FuzzInput['kwargs']): Promise<Fault | null> {
    const { plugin, grace } = this.#times
    const late = Promise.withResolvers<Fault>()
    const stop = setTimeout(() => this.#stop.abort(), plugin * 1000)
    const giveUp = setTimeout(
      () => late.resolve(new Fault(`did not end ${grace} s after it was told to stop`)),
      (plugin + grace) * 1000,
    )
    try {
      return await Promise.race([this.#take(call, kwargs), late.promise])
    } finally {
      clearTimeout(stop)
      clearTimeout(giveUp)
    }
  }

  async #take(call: Call, kwargs: FuzzInput['kwargs']): Promise<Fault | null> {
    const context: PluginContext = { budget: this.#budget, signal: this.#stop.signal }
    try {
      const result = await call(this.#payload, kwargs, context)
      if (isIterable(result)) for await (const item of result) if (!this.#accept(item)) break
      if (!isIterable(result)) this.#look(result)
      return null
    } catch (error) {
      if (error instanceof Fault) return error
      return error instanceof StoqError ? null : strange(error)
    }
  }

  #look(result: unknown): void {
    if (this.#shape === 'payloads' && result !== null)
      throw new Fault(`gave ${typeof result}, neither null nor a list of payloads`)
    if (typeof result === 'string' && result.length > this.#most)
      throw new Fault('gave a longer text than the budget allows')
    if (result instanceof Fault) throw result
    dumps(result, { compactly: true })
  }

  /** False when a limit says that no more may come. */
  #accept(item: unknown): boolean {
    if (this.#shape === 'anything') {
      dumps(item, { compactly: true })
      return this.#budget.takeChild(0)
    }
    const [meta, content, ...rest] = Array.isArray(item) ? item : []
    if (!isPlain(meta) || !(content instanceof Uint8Array) || rest.length > 0)
      throw new Fault(`gave ${typeof item} instead of [meta, content]`)
    if (!isWellFormed(meta)) throw new Fault('gave meta that is no valid text')
    if (content.buffer === this.#payload.buffer) this.#checkWithin(content)
    else this.#bytes += content.length
    if (this.#bytes > this.#most) throw new Fault('produced more bytes than the budget allows')
    return this.#budget.takeChild(content.length)
  }

  /** A copy of the payload, decoded perhaps, is no bomb, whatever is left. */
  get #most(): number {
    return this.#budget.limits.max_bytes + this.#payload.length
  }

  #checkWithin(content: Uint8Array): void {
    const start = content.byteOffset - this.#payload.byteOffset
    if (content.length > 0 && (start < 0 || start + content.length > this.#payload.length))
      throw new Fault('gave bytes from outside of the payload')
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false
  return Symbol.asyncIterator in value || Symbol.iterator in value
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
}

/** Texts, keys too, at every level. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true
  return Object.entries(value).flat().every(isWellFormed)
}

/** Errors of others: what the plugin must have caught and told as a fault of its own. */
function strange(error: unknown): Fault {
  const name = error instanceof Error ? error.name : typeof error
  const text = error instanceof Error ? error.stack : String(error)
  return new Fault(`threw ${name}, not StoqError: ${text}`)
}
