import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import type { Duplex, Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { serialize } from 'node:v8'
import { errorText, StoqError } from '../errors.ts'
import type { Right } from '../pipeline/rights.ts'
import { type CallRecord, readCalls, reserveCalls } from './call-record.ts'
import { checkedMessage } from './checked.ts'
import { FrameReader, frameOf } from './frames.ts'
import type { Grants } from './grants.ts'
import type { Job } from './job.ts'
import type { FromProcess, ScanMessage, ToProcess } from './messages.ts'
import { permissionFlags, sharedCompileCache } from './permissions.ts'
import { makeProcessFolder, openNameless, removeAll } from './temp.ts'

const entry = fileURLToPath(new URL('../../bin/scan-process.js', import.meta.url))
/** What of the environment a scan process gets: nothing that could be a secret. */
const harmless = ['PATH', 'LANG', 'LC_ALL', 'TZ']
/** Megabytes of young objects, twice what Node takes: documents and hashes of small files die young. */
const youngMegabytes = 32
/** Characters of what a scan process has written on its standard error that are kept for its death. */
const keptText = 2000
/** How long it may take to end by itself. */
const endMilliseconds = 10_000
/** How long it is read, after its end, what it has said. */
const lastWordsMilliseconds = 2000

/** What a scan process is started with. */
export interface ProcessOptions {
  temp: string
  grants: Grants
  rights: readonly Right[]
  /** Bytes: its heap may not become much larger. */
  max_memory: number
}

/** Who is told what a scan process does. */
export interface ProcessEvents {
  message(process: ScanProcess, message: FromProcess): void
  /** It has written on standard output or error, where nobody should. */
  text(process: ScanProcess, text: string): void
  /** It has ended; `how` says it for people, `calls` is what it was at. */
  end(process: ScanProcess, how: string, calls: CallRecord[]): void
}

/** One scan process, seen from the one that started it. */
export class ScanProcess {
  readonly rights: readonly Right[]
  /** The only folder that it may write to. */
  readonly folder: string
  /** The payloads that it was given, by number. */
  readonly jobs = new Map<number, Job>()
  isReady = false
  /** True: it gets no more payloads, and is ended when it has none. */
  isRetiring = false
  /** When it was first seen with payloads of which it had begun none, in milliseconds since 1970. */
  idleSince: number | null = null
  /** The limit that it was killed for. */
  killedFor: string | null = null
  readonly #child: ChildProcess
  readonly #channel: Duplex
  readonly #record: number
  readonly #end = Promise.withResolvers<{ how: string; calls: CallRecord[] }>()
  readonly #closed = Promise.withResolvers<void>()
  #events: ProcessEvents | null = null
  /** Messages of this turn that are not written yet. */
  #said: ToProcess[] = []
  #hasEnded = false
  #written = ''
  #fault: string | null = null

  constructor(options: ProcessOptions) {
    this.rights = options.rights
    this.folder = makeProcessFolder(options.temp)
    this.#record = openNameless(this.folder)
    try {
      reserveCalls(this.#record)
      this.#child = spawn(process.execPath, flagsOf(options, this.folder), {
        stdio: ['ignore', 'pipe', 'pipe', 'pipe', this.#record],
        env: environment(this.folder),
        // A group of its own: Ctrl-C does not reach it, and whatever it starts dies with it.
        detached: true,
      })
      if (!this.#child.stdio) throw new Error('there are too many open files')
    } catch (error) {
      closeSync(this.#record)
      this.remove()
      throw error
    }
    this.#channel = this.#child.stdio[3] as Duplex
    this.#watchEnd()
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** True until it has ended. */
  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.pid > 0
  }

  /** What it is at now. */
  readonly calls = (): CallRecord[] => readCalls(this.#record)

  /** Sends a message, together with all others of this turn: each write wakes the process. */
  send(message: ToProcess, body?: Uint8Array): void {
    if (!this.#channel.writable) return
    if (this.#channel.writableCorked === 0) {
      this.#channel.cork()
      setImmediate(() => {
        this.#flush()
        this.#channel.uncork()
      })
    }
    this.#said.push(message)
    if (body) this.#flush(body)
  }

  /** Writes what is to be said, in one frame: `body` belongs to the last of it. */
  #flush(body?: Uint8Array): void {
    const said = this.#said
    this.#said = []
    if (said.length === 0 || !this.#channel.writable) return
    const head = this.#headOf(said)
    if (head) for (const chunk of frameOf(head, body)) this.#channel.write(chunk)
  }

  /** A source may put anything into its messages: a payload whose message cannot be handed over fails, the others go on. */
  #headOf(said: readonly ToProcess[]): Buffer | null {
    try {
      return serialize(said)
    } catch {
      const fit = said.filter(message => this.#canBeTold(message))
      return fit.length > 0 ? serialize(fit) : null
    }
  }

  #canBeTold(message: ToProcess): boolean {
    try {
      serialize(message)
      return true
    } catch (error) {
      const code = 'STOQ_SOURCE_MESSAGE'
      const fault = new StoqError(code, [`it cannot be handed to a scan process (${errorText(error)})`])
      const { id } = message as ScanMessage
      // Later: whoever is told gives the next message.
      queueMicrotask(() => this.#events?.message(this, { kind: 'failed', id, code, message: fault.message }))
      return false
    }
  }

  /** Ends it now, with everything that it has started. */
  kill(limit: string | null = null): void {
    this.killedFor ??= limit
    if (!this.isAlive) return
    try {
      process.kill(-this.pid, 'SIGKILL')
    } catch {
      this.#child.kill('SIGKILL')
    }
  }

  /** Ends it now, because of what it does or does not do. */
  giveUp(fault: string): void {
    this.#fault ??= fault
    this.kill()
  }

  /** Lets it end by itself, within a while: plugins let go of what they hold. */
  end(): void {
    if (this.#channel.writableEnded) return
    this.#flush()
    while (this.#channel.writableCorked > 0) this.#channel.uncork()
    this.#channel.end()
    setTimeout(() => this.kill(), endMilliseconds).unref()
  }

  /** Ends it when it is to be replaced and has nothing left to do. */
  endIfDone(): void {
    if (this.isRetiring && this.jobs.size === 0) this.end()
  }

  /** Removes its folder, where nobody waits for its end. */
  remove(): void {
    removeAll(this.folder)
  }

  /** Resolves when it has ended or has nothing left to do, or after so many milliseconds. */
  async closed(milliseconds: number): Promise<void> {
    if (this.#hasEnded) return
    let timer: NodeJS.Timeout | undefined
    const late = new Promise(resolve => {
      timer = setTimeout(resolve, milliseconds)
    })
    await Promise.race([this.#end.promise, this.#closed.promise, late])
    clearTimeout(timer)
  }

  /** Tells what it does from now on, and what it has done. */
  attach(events: ProcessEvents): void {
    this.#events = events
    this.#listen(events)
    void this.#end.promise.then(({ how, calls }) => events.end(this, how, calls))
  }

  #listen({ message, text }: ProcessEvents): void {
    const frames = new FrameReader()
    this.#channel.on('data', (chunk: Buffer) => {
      try {
        for (const { head } of frames.push(chunk)) this.#hear(JSON.parse(head.toString()), message)
      } catch (error) {
        this.giveUp(`it said what cannot be understood (${errorText(error)})`)
      }
    })
    // A broken channel is the end of the process, which is told below.
    this.#channel.on('error', () => {})
    for (const stream of [this.#child.stdout, this.#child.stderr] as Readable[]) {
      stream.setEncoding('utf8').on('data', (piece: string) => {
        this.#written = (this.#written + piece).slice(-keptText)
        text(this, piece)
      })
    }
  }

  /** A message, or a list of some. */
  #hear(said: unknown, tell: ProcessEvents['message']): void {
    for (const each of Array.isArray(said) ? said : [said]) {
      const message = checkedMessage(each)
      if (message.kind === 'closed') this.#closed.resolve()
      else tell(this, message)
    }
  }

  #watchEnd(): void {
    const ended = (how: string) => {
      if (this.#hasEnded) return
      this.#hasEnded = true
      const calls = this.calls()
      closeSync(this.#record)
      this.remove()
      this.#end.resolve({ how, calls })
    }
    this.#child.on('error', error => ended(errorText(error)))
    this.#child.on('exit', () => this.#clearUp())
    // Not `exit`: what it said last is still on its way then.
    this.#child.on('close', (status, signal) => ended(this.#howEnded(status, signal)))
  }

  /** Programs that it has started end with it, and one that has left its group cannot keep its pipes open. */
  #clearUp(): void {
    try {
      if (this.rights.includes('subprocess')) process.kill(-this.pid, 'SIGKILL')
    } catch {
      // There is nothing left of the group.
    }
    const streams = [this.#child.stdout, this.#child.stderr, this.#channel]
    const close = () => {
      for (const stream of streams) stream?.destroy()
    }
    setTimeout(close, lastWordsMilliseconds).unref()
  }

  #howEnded(status: number | null, signal: NodeJS.Signals | null): string {
    if (this.killedFor !== null) return `it was ended by ${this.killedFor}`
    if (this.#fault !== null) return this.#fault
    const last = /^.*(?:FATAL ERROR|Error|panicked).*$/m.exec(this.#written)?.[0]?.trim().slice(0, 200)
    const how = signal ? `it was ended by ${signal}` : `it ended with status ${status}`
    return last ? `${how} (${last})` : how
  }
}

function flagsOf({ grants, rights, max_memory }: ProcessOptions, folder: string): string[] {
  // The heap may grow a little over what the process may have in all: the limit is told before the engine gives up.
  const heap = Math.ceil((max_memory / 2 ** 20) * 1.25)
  return [
    ...permissionFlags(grants, folder, rights),
    `--max-old-space-size=${heap}`,
    `--max-semi-space-size=${youngMegabytes}`,
    '--title=stoq-scan',
    entry,
  ]
}

function environment(folder: string): NodeJS.ProcessEnv {
  const cache = sharedCompileCache()
  return {
    ...Object.fromEntries(harmless.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : []))),
    HOME: folder,
    TMPDIR: folder,
    ...(cache !== null && { STOQ_COMPILE_CACHE: cache }),
  }
}
