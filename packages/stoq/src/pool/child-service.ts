import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { basename, join } from 'node:path'
import { deserialize } from 'node:v8'
import type { TraceEvent } from '../dispatch/trace.ts'
import { errorText, StoqError } from '../errors.ts'
import type { LeftBytes, Parked, ScanEnvironment } from '../pipeline/environment.ts'
import { NeedsRights } from '../pipeline/rights.ts'
import { scanPayload } from '../pipeline/scan-payload.ts'
import { Stoq } from '../stoq.ts'
import { Answers } from './answers.ts'
import { CallRecorder } from './call-record.ts'
import { ChildQueue, hasListened } from './child-queue.ts'
import { FrameReader } from './frames.ts'
import { openEnvironment } from './in-process.ts'
import type { FromProcess, OpenMessage, ScanMessage, ToProcess } from './messages.ts'
import { dropStartRights } from './permissions.ts'
import { keepPluginCode } from './plugin-code.ts'
import { leftPrefix, TidyFolder } from './temp.ts'

/** Descriptors that a scan process is started with. */
const channel = 3
const calls = 4
type Job = ScanMessage & { body: Uint8Array }

/** Serves the process at the other end of the channel, until that closes it or ends. */
export function serve(): void {
  const socket = new Socket({ fd: channel, readable: true, writable: true, allowHalfOpen: true })
  const service = new ChildService(socket)
  const frames = new FrameReader()
  socket.on('data', (chunk: Buffer) => {
    for (const { head, body } of frames.push(chunk))
      for (const message of deserialize(head) as ToProcess[]) service.take(message, body)
  })
  socket.on('end', () => void service.close())
  // Whoever started this process is gone.
  socket.on('error', () => process.exit())
  process.on('unhandledRejection', reason => service.tellStray(reason))
  process.on('uncaughtException', error => {
    service.tellStray(error)
    process.exit(1)
  })
}

class ChildService {
  readonly #socket: Socket
  readonly #recorder = new CallRecorder(calls)
  readonly #queue = new ChildQueue<Job>(
    job => this.#scan(job),
    () => this.#recorder.settle(),
  )
  readonly #answers: Answers
  readonly #opened = Promise.withResolvers<ScanEnvironment>()
  /** Payloads that came as bytes. */
  readonly #given = new WeakSet<Uint8Array>()
  #stoq: Stoq | null = null
  #temp: TidyFolder | null = null
  #files = 0
  /** Files for the archive that whoever started this process has been told of, and fetches. */
  readonly #told = new Set<string>()

  constructor(socket: Socket) {
    this.#socket = socket
    this.#answers = new Answers(socket)
    this.#opened.promise.catch(() => {})
  }

  take(message: ToProcess, body: Uint8Array): void {
    if (message.kind === 'open') void this.#open(message)
    // Before that it would look as if the payloads waited for something.
    else if (message.kind === 'scan')
      void this.#opened.promise.then(() => this.#queue.push({ ...message, body }), ignore)
    else
      void this.#opened.promise.then(
        () => this.#send({ kind: 'revoked', ask: message.ask, ids: this.#queue.revoke(message.ids) }),
        ignore,
      )
  }

  /** Ends in order: plugins let go of what they hold. */
  async close(): Promise<void> {
    try {
      const env = await this.#opened.promise
      this.#count(env)
      env.dispatcher?.close()
      await this.#stoq?.close()
    } catch {
      // What never opened has nothing to let go of.
    }
    this.#send({ kind: 'closed' })
    this.#socket.end(() => process.exit())
  }

  tellStray(error: unknown): void {
    this.#send({ kind: 'stray', message: errorText(error), ...stackOf(error) })
  }

  async #open(message: OpenMessage): Promise<void> {
    try {
      const env = await this.#openEnvironment(message)
      // To open it took a while: what it was given may be for others now.
      await hasListened()
      this.#opened.resolve(env)
    } catch (error) {
      const code = error instanceof StoqError ? error.code : 'STOQ_POOL_START'
      this.#send({ kind: 'unusable', code, message: errorText(error) })
      this.#opened.reject(error)
    }
  }

  async #openEnvironment({
    settings,
    plugins,
    rights,
    argv,
    worker,
    ...message
  }: OpenMessage): Promise<ScanEnvironment> {
    let isQuiet = message.quiet
    const stoq = new Stoq({
      argv,
      inherited: {
        settings,
        plugins,
        rights,
        forward: (level, name, text, error) => {
          if (!isQuiet) this.#send({ kind: 'log', level, name, message: text, ...stackOf(error) })
        },
      },
    })
    this.#stoq = stoq
    this.#temp = new TidyFolder(settings.temp_dir)
    for (const path of message.granted) stoq.grantPath(path)
    const primary = await stoq.loadPlugin(worker, 'worker')
    Object.assign(primary, message.fields)
    const trace = message.trace ? (event: TraceEvent) => this.#send({ kind: 'trace', event }) : null
    const env = await openEnvironment(primary, { ...message.plan, trace }, content => this.#leave(content))
    env.park = content => this.#park(content)
    env.onAbsent = (rule, plugin) => this.#send({ kind: 'absent', rule, plugin })
    if (!message.quiet && settings.bundled_plugins) await keepPluginCode()
    dropStartRights(process.env['STOQ_COMPILE_CACHE'], rights)
    isQuiet = false
    this.#send({ kind: 'ready', faults: env.dispatcher?.faults ?? 0 })
    return env
  }

  async #scan({ id, path, hasPayload, task, body }: Job): Promise<void> {
    // A process that cannot be opened has said so, and is not given anything else.
    const env = await this.#opened.promise
    const slot = this.#recorder.begin(id, env.worker.id)
    try {
      const payload = path === null ? body : ((await this.#stoq?.getFile(path)) ?? null)
      if (path === null) this.#given.add(body)
      const { documents, archive } = await scanPayload(env, {
        ...task,
        payload: hasPayload ? payload : null,
        onCall: (payloadId, plugin) => this.#recorder.enter(slot, id, payloadId, plugin),
      })
      for (const { content } of archive)
        if (typeof content === 'object' && 'file' in content) this.#told.add(basename(content.file))
      this.#tell({ kind: 'done', id, documents, archive }, env)
    } catch (error) {
      if (error instanceof NeedsRights) this.#tell({ kind: 'needs', id, rights: [...error.rights] }, env)
      else this.#tell({ kind: 'failed', id, ...faultOf(error) }, env)
    } finally {
      this.#recorder.end(slot)
      this.#tidy()
    }
  }

  /** Bytes for the archive wait in a file of their own until the connector has them; those that came here are there. */
  #leave(content: Uint8Array): LeftBytes {
    if (this.#given.has(content)) return 'given'
    const file = join(this.#folder, `${leftPrefix}${this.#files++}`)
    writeFileSync(file, content, { flag: 'wx' })
    return { file }
  }

  #park(content: Uint8Array): Parked {
    const file = join(this.#folder, `parked-${this.#files++}`)
    writeFileSync(file, content, { flag: 'wx' })
    return {
      take: () => {
        const { buffer, byteOffset, length } = readFileSync(file)
        rmSync(file)
        return new Uint8Array(buffer, byteOffset, length)
      },
    }
  }

  get #folder(): string {
    return this.#stoq?.settings.temp_dir ?? ''
  }

  /** What plugins have left in their folder goes when no other payload is under way. */
  #tidy(): void {
    if (this.#queue.isAlone) this.#temp?.tidy(this.#told)
  }

  /** Tells of a payload and of what was counted meanwhile: what a process has not told dies with it. */
  #tell(message: FromProcess, env: ScanEnvironment): void {
    this.#answers.add(message)
    if (!this.#queue.isEmpty && !this.#answers.areDue) return
    this.#count(env)
    this.#answers.flush()
  }

  #count({ statistics }: ScanEnvironment): void {
    const plugins = statistics?.take() ?? {}
    if (Object.keys(plugins).length > 0) this.#answers.add({ kind: 'statistics', plugins })
  }

  #send(message: FromProcess): void {
    this.#answers.add(message)
    this.#answers.flush()
  }
}

function faultOf(error: unknown): { code: string; message: string } {
  return {
    code: error instanceof StoqError ? error.code : 'STOQ_PLUGIN_FAILED',
    message: errorText(error),
  }
}

function stackOf(error: unknown): { stack?: string } {
  return error instanceof Error && error.stack ? { stack: error.stack } : {}
}

/** That it could not be opened was told where it was opened. */
function ignore(): void {}
