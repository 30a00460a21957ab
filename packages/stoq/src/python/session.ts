import { mkdirSync, statSync } from 'node:fs'
import { errorText, StoqError } from '../errors.ts'
import type { PluginContext, StoqPlugin } from '../plugin/plugin.ts'
import { longestTimer } from '../plugin/within.ts'
import type { Stoq } from '../stoq.ts'
import { Answers } from './answers.ts'
import { callFault, startFault } from './faults.ts'
import { writeLine } from './log-lines.ts'
import { PythonProcess } from './process.ts'
import type { Reply } from './protocol.ts'
import { startMessage } from './start.ts'
import { Turns } from './turns.ts'

/** A method of the plugin, and what it is called with. */
export interface PythonCall {
  method: string
  args: unknown[]
  kwargs?: object
  context?: PluginContext | undefined
}

/** Whoever waits for a call with a limit says first that it is over. */
const graceMilliseconds = 250
/** Seconds that `deactivate` and the end of a generator may take. */
const endSeconds = 3

/** What a plugin of Python is seen from here. */
export type PythonPlugin = StoqPlugin & {
  /** The program that runs it; empty: the setting `python`. */
  python: string
}

/**
 * A plugin and its Python process, which is started when it is first needed, and again when it has ended. One call after
 * the other; a call that takes too long, or is given up, ends the process.
 */
export class PythonSession {
  readonly #plugin: PythonPlugin
  readonly #turns = new Turns()
  readonly #answers: Answers
  #process: PythonProcess | null = null
  #started: Promise<PythonProcess> | null = null
  #number = 0
  #argv: string[] | null = null
  #methods: readonly string[] = []

  /** `onActivate` is called once, when the plugin's own `activate` has read the command line. */
  constructor(plugin: PythonPlugin, onActivate?: (options: Record<string, unknown>) => Promise<void>) {
    this.#plugin = plugin
    this.#answers = new Answers(plugin, onActivate)
  }

  /** Starts the process: the plugin is imported, constructed and activated. */
  async open(stoq: Stoq): Promise<true> {
    this.#plugin.stoq = stoq
    this.#argv ??= [...stoq.argv]
    await this.#step(null, async () => ({ id: 0 }))
    return true
  }

  /** True for a method that the plugin has and that not every one of its kind has. */
  has(method: string): boolean {
    return this.#methods.includes(method)
  }

  /** Deactivates the plugin, where it is active, and ends the process. */
  async close(): Promise<void> {
    const process = this.#process
    if (!process?.isAlive) return
    try {
      await this.#within(process, endSeconds, null, () =>
        process.request({ id: ++this.#number, call: 'deactivate', args: [], kwargs: {} }),
      ).then(reply => this.#checked(reply))
    } finally {
      await process.end()
      this.#process = null
      this.#started = null
    }
  }

  /** Calls a method: resolves to its value, to an async iterable for a generator. Throws STOQ_PLUGIN_FAILED. */
  async call({ method, args, kwargs = {}, context }: PythonCall): Promise<unknown> {
    const id = ++this.#number
    let home: PythonProcess | null = null
    const reply = await this.#step(context ?? null, process => {
      home = process
      return process.request({ id, call: method, args, kwargs: withoutReserved(kwargs) })
    })
    if (reply.stream && home) return this.#stream(id, home, context ?? null)
    return reply.result
  }

  /** Calls a method that may go on for as long as it likes, beside all others. */
  async callForever(method: string, signal: AbortSignal): Promise<void> {
    await this.open(this.#plugin.stoq)
    const process = this.#process
    if (!process) return
    const alive = setInterval(() => {}, longestTimer)
    let late: NodeJS.Timeout | undefined
    const stop = () => {
      process.send({ stop: true })
      late = setTimeout(() => process.kill('it was told to stop'), endSeconds * 1000)
    }
    signal.addEventListener('abort', stop, { once: true })
    try {
      this.#checked(await process.request({ id: ++this.#number, call: method, args: [], kwargs: {} }))
    } catch (error) {
      if (!signal.aborted) throw this.#died(error)
    } finally {
      clearInterval(alive)
      clearTimeout(late)
      signal.removeEventListener('abort', stop)
    }
  }

  async *#stream(id: number, process: PythonProcess, context: PluginContext | null): AsyncGenerator<unknown> {
    let isOpen = true
    try {
      while (isOpen) {
        isOpen = false
        const reply = await this.#step(context, () => process.request({ id, next: true }), process)
        isOpen = !reply.end
        yield* reply.items ?? []
      }
    } finally {
      if (isOpen && process.isAlive) {
        const close = () => process.request({ id, close: true })
        await this.#turn(null, () => this.#within(process, endSeconds, null, close)).catch(() => {})
      }
    }
  }

  /** One exchange with the process, in its turn. A stream cannot go on in another process than its own. */
  async #step(
    context: PluginContext | null,
    work: (process: PythonProcess) => Promise<Reply>,
    own?: PythonProcess,
  ): Promise<Reply> {
    return this.#turn(context, async () => {
      this.#answers.context = context
      try {
        const process = own ?? (await this.#running(context))
        const reply = await this.#within(process, this.#seconds(context), context, () => work(process))
        return this.#checked(reply)
      } catch (error) {
        throw this.#answers.needed ?? this.#died(error)
      } finally {
        this.#answers.context = null
        this.#answers.needed = null
      }
    })
  }

  async #turn<T>(context: PluginContext | null, work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.take(context?.signal ?? null)
    const end = await (context?.shared ? context.shared(turn) : turn)
    try {
      return await work()
    } finally {
      end()
    }
  }

  #seconds(context: PluginContext | null): number {
    const limits = context?.budget.limits ?? this.#plugin.stoq.settings
    return limits.max_plugin_time
  }

  /** The process, started when there is none. */
  async #running(context: PluginContext | null): Promise<PythonProcess> {
    if (!this.#process?.isAlive) this.#started = null
    this.#started ??= this.#start(context)
    try {
      return await this.#started
    } catch (error) {
      this.#started = null
      throw error
    }
  }

  async #start(context: PluginContext | null): Promise<PythonProcess> {
    const { stoq, log, id, python } = this.#plugin
    const { temp_dir, base_dir } = stoq.settings
    mkdirSync(temp_dir, { recursive: true })
    const program = python || stoq.settings.python
    const process = new PythonProcess({
      python: program,
      temp: temp_dir,
      cwd: isFolder(base_dir) ? base_dir : temp_dir,
      answer: question => this.#answers.answer(question),
      log: line => writeLine(line, log, stoq.log),
    })
    this.#process = process
    try {
      const start = startMessage(this.#plugin, process.mark, this.#argv ?? [''])
      const reply = await this.#within(process, this.#seconds(context), context, () =>
        process.request({ id: 0, start }),
      )
      if (reply.error) throw startFault(id, program, reply.error)
      this.#methods = methodsOf(reply.result)
      return process
    } catch (error) {
      process.kill('it could not be started')
      const isDeath = error instanceof StoqError && error.code === 'STOQ_POOL_DIED'
      throw isDeath ? new StoqError('STOQ_PLUGIN_LOAD', [id, errorText(error)], { cause: error }) : error
    }
  }

  /** Waits no longer than so many seconds, and while nobody gives up: the process is killed then. */
  async #within<T>(
    process: PythonProcess,
    seconds: number,
    context: PluginContext | null,
    work: () => Promise<T>,
  ): Promise<T> {
    const signal = context?.signal
    const abort = () => process.kill('its call was given up')
    const late = () => process.kill(`no answer within ${seconds} s`)
    const timer = setTimeout(late, Math.min(seconds * 1000 + graceMilliseconds, longestTimer))
    signal?.addEventListener('abort', abort, { once: true })
    try {
      signal?.throwIfAborted()
      return await work()
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
  }

  #checked(reply: Reply): Reply {
    if (reply.error) throw callFault(this.#plugin.id, reply.error)
    return reply
  }

  /** The end of a process is a fault of the call that it was at. */
  #died(error: unknown): unknown {
    if (!(error instanceof StoqError) || error.code !== 'STOQ_POOL_DIED') return error
    const reason = `its Python process is gone: ${errorText(error)}`
    return new StoqError('STOQ_PLUGIN_FAILED', [this.#plugin.id, reason], { cause: error })
  }
}

/** Names of parameters of its own, which a keyword must not have. */
function withoutReserved(kwargs: object): object {
  const { payload, self, results, ...rest } = kwargs as Record<string, unknown>
  return rest
}

function methodsOf(result: unknown): readonly string[] {
  const methods = (result as { methods?: unknown } | null)?.methods
  return Array.isArray(methods) ? methods.map(String) : []
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    // A scan process may not look; the system will.
    return false
  }
}
