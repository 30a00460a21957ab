import { setTimeout as sleep } from 'node:timers/promises'
import type { Trace } from '../dispatch/trace.ts'
import { errorText, StoqError } from '../errors.ts'
import type { ScanOutcome } from '../pipeline/environment.ts'
import { knownTlp, mayScan } from '../pipeline/tlp.ts'
import { aborted, takeTurns } from '../pipeline/turn.ts'
import type { StoqConnectorPlugin } from '../plugin/connector.ts'
import type { Kwargs } from '../plugin/plugin.ts'
import type { StoqSourcePlugin } from '../plugin/source.ts'
import { longestTimer } from '../plugin/within.ts'
import type { StoqWorkerPlugin } from '../plugin/worker.ts'
import type { InFlight, Scanner, ScanPlan, ScanRequest } from '../pool/scanner.ts'
import { DocumentOutput } from '../results/output.ts'
import type { ResultDocument } from '../results/types.ts'
import { archivePayloads, isNewTo } from './archive.ts'
import { ByteGate } from './byte-gate.ts'
import { publishError } from './error-queue.ts'
import { type Fetched, fetchPayload, isGone } from './fetch.ts'
import { loadSource, preloadArchive } from './load-source.ts'
import {
  checkMessage,
  heldBytes,
  type Message,
  type MessageOutcome,
  messageName,
  type Receipt,
} from './message.ts'
import { openScanner } from './open-scanner.ts'
import { readCount, readLimits, readMetadata } from './options.ts'
import { MessageQueue } from './queue.ts'
import { parseRateLimit, RateLimit } from './rate-limit.ts'
import { saveDocuments } from './save-documents.ts'
import { emptyTotals } from './totals.ts'
import { throwUnsavedFault } from './worker-fault.ts'

interface Job {
  message: Message
  settle: (outcome: MessageOutcome) => void
}

/** One run of a worker: from the messages of its source to saved documents, every message accounted for. */
export class Run {
  readonly totals = emptyTotals()
  /** Called when a message has reached its end. */
  onProgress: (() => void) | null = null
  /** Called just before documents are saved. */
  onOutput: (() => void) | null = null
  /** Set before `prepare`: is told what the dispatcher does. */
  trace: Trace | null = null
  readonly #worker: StoqWorkerPlugin
  readonly #queue: MessageQueue<Job>
  readonly #output: DocumentOutput
  readonly #gate = new ByteGate()
  #archive: StoqConnectorPlugin | null = null
  #source: StoqSourcePlugin | null = null
  #scanner: Scanner | null = null
  #rate: RateLimit | null = null
  #prepared: Promise<void> | null = null

  constructor(worker: StoqWorkerPlugin) {
    this.#worker = worker
    this.#queue = new MessageQueue(worker.stoq.settings.max_queue, ({ message }) => heldBytes(message))
    this.#output = new DocumentOutput(worker)
  }

  /** Loads connectors, decorator, template and rules, once. Throws when one of them cannot be had. */
  prepare(): Promise<void> {
    this.#prepared ??= this.#prepare()
    return this.#prepared
  }

  async #prepare(): Promise<void> {
    const worker = this.#worker
    const plan: ScanPlan = {
      limits: readLimits(worker),
      magic: worker.stoq.settings.magic,
      archiving: Boolean(worker.archive_connector),
      ingestMetadata: readMetadata(worker.ingest_metadata),
      trace: this.trace,
    }
    // Scan processes start while the rest is loaded.
    const opening = openScanner(worker, plan)
    opening.catch(() => {})
    try {
      await this.#prepareEnds()
    } catch (error) {
      await opening.then(scanner => scanner.close()).catch(() => {})
      throw error
    }
    const scanner = await opening
    scanner.onFault = () => this.totals.faults++
    this.totals.faults += scanner.faults
    this.#scanner = scanner
  }

  /** What stands before and after the scanner. */
  async #prepareEnds(): Promise<void> {
    const { archive_connector, id, ratelimit } = this.#worker
    const fault = await this.#output.prepare()
    if (fault) this.#fault(fault)
    if (archive_connector) {
      this.#archive = await this.#worker.loadConnector(archive_connector)
      await this.#archive.connect()
    }
    if (ratelimit) this.#rate = new RateLimit(parseRateLimit(ratelimit, id))
  }

  /** Takes everything that the source has, again and again with --cron, until stoQ stops. */
  async ingest(): Promise<void> {
    const worker = this.#worker
    const { signal } = worker.stoq.stopping
    for (const each of worker.namedPaths) if (!worker.stoq.isUrl(each)) worker.stoq.grantPath(each)
    const preparing = this.prepare()
    const loading = loadSource(worker).then(source => preloadArchive(worker, source))
    loading.catch(() => {
      // What cannot be prepared is told first.
    })
    await preparing
    this.#source = await loading
    this.#output.durable = this.#source?.durable ?? false
    const pause = Math.min(readCount(worker, 'cron') * 1000, longestTimer)
    do {
      if (this.#source) await this.#ingestOnce(this.#source)
      else await this.#account({})
      if (pause > 0) await sleep(pause, null, { signal }).catch(() => {})
    } while (pause > 0 && !signal.aborted)
  }

  /** True: whoever read the documents went away (`| head`), and the run was stopped because of that. */
  get hasLostReader(): boolean {
    const { reason } = this.#worker.stoq.stopping.signal
    return reason instanceof StoqError && reason.code === 'STOQ_CONNECTOR_SAVE'
  }

  /** The payloads that are being scanned. */
  inFlight(): InFlight[] {
    return this.#scanner?.inFlight() ?? []
  }

  /** What scans, once it is there. */
  get scanner(): Scanner | null {
    return this.#scanner
  }

  /** Ends scan processes and lets go of the rules. */
  async close(): Promise<void> {
    await this.#scanner?.close()
  }

  /** Puts a message where the scanners take it from; waits while the queue is full. */
  async put(message: Message): Promise<Receipt> {
    const { promise, resolve } = Promise.withResolvers<MessageOutcome>()
    const isTaken = await this.#queue.put({ message, settle: resolve })
    if (!isTaken) resolve({ state: 'stopped', documents: 0, acknowledge: false })
    return { done: promise }
  }

  /** Scans and saves now, past the queue. Throws when the payload cannot be had or saved. */
  async scanNow(message: Message): Promise<ResultDocument[]> {
    await this.prepare()
    // A worker may call this while it holds a payload of its own: it does not wait for itself.
    const outcome = await this.#scan(message, new ByteGate(Number.POSITIVE_INFINITY))
    if (outcome) await this.#save(message, outcome.documents)
    return outcome?.documents ?? []
  }

  async #ingestOnce(source: StoqSourcePlugin): Promise<void> {
    const { signal } = this.#worker.stoq.stopping
    const consumers = source.multiprocess ? (this.#scanner?.concurrency ?? 1) : 1
    this.#queue.open()
    const done = Promise.all(Array.from({ length: consumers }, () => this.#consume()))
    const round = new AbortController()
    try {
      await Promise.race([source.ingest(signal), aborted(signal, round.signal)])
    } catch (error) {
      if (!signal.aborted) this.#fault(errorText(error), error)
    }
    round.abort()
    // Closed until the next round: what is put in between is told as stopped at once.
    this.#queue.close()
    await done
  }

  async #consume(): Promise<void> {
    const { ending } = this.#worker.stoq
    for (let job = await this.#queue.take(); job; job = await this.#queue.take()) {
      job.settle(await this.#account(job.message))
      await takeTurns(ending.signal).catch(() => {})
    }
  }

  /** Every message ends here, as saved, refused or failed. */
  async #account(message: Message): Promise<MessageOutcome> {
    const { totals } = this
    totals.ingested++
    try {
      const outcome = await this.#scan(message, this.#gate)
      throwUnsavedFault(this.#worker, outcome?.documents ?? [])
      const documents = outcome ? await this.#save(message, outcome.documents) : 0
      if (outcome?.poison !== undefined) return await this.#poisoned(message, documents, outcome.poison)
      const state = outcome ? 'saved' : 'refused'
      totals[state]++
      return { state, documents, acknowledge: true }
    } catch (error) {
      // A watched folder is others' too: a file that they took away in time is no fault.
      if (this.#source?.filesMayVanish && isGone(message, error)) return this.#vanished(message)
      const state = this.#isStop(error) ? 'stopped' : 'failed'
      totals[state]++
      const acknowledge = state === 'failed' && (await this.#reject(message, error))
      return { state, documents: 0, error: errorText(error), acknowledge }
    } finally {
      this.onProgress?.()
    }
  }

  #vanished(message: Message): MessageOutcome {
    const error = `${messageName(message)} is gone: it was not scanned`
    this.#worker.stoq.log.warning(error)
    this.totals.refused++
    return { state: 'refused', documents: 0, error, acknowledge: false }
  }

  /** A payload that ended scan processes failed, although its document holds what was found. */
  async #poisoned(message: Message, documents: number, error: string): Promise<MessageOutcome> {
    const acknowledge = await this.#reject(message, new StoqError('STOQ_POOL_DIED', [error]))
    this.totals.failed++
    return { state: 'failed', documents, error, acknowledge }
  }

  /** null: refused because of its TLP. */
  async #scan(message: Message, gate: ByteGate): Promise<ScanOutcome | null> {
    const worker = this.#worker
    const { settings, stopping, log } = worker.stoq
    if (stopping.signal.aborted) throw new StoqError('STOQ_RUN_STOPPED', ['a signal'])
    checkMessage(message)
    await this.#rate?.wait(stopping.signal)
    const tlp = knownTlp(String(message.tlp ?? worker.default_tlp ?? settings.default_tlp))
    if (!mayScan(tlp, worker.max_tlp)) {
      log.info(`${messageName(message)} is TLP ${tlp}: ${worker.id} takes no more than ${worker.max_tlp}`)
      return null
    }
    const scanner = this.#scanner
    if (!scanner) throw new StoqError('STOQ_RUN_STOPPED', ['its end'])
    const fetched = await fetchPayload(worker, message, { scanner, gate })
    try {
      return await this.#scanFetched(scanner, message, tlp, fetched)
    } finally {
      fetched.release()
    }
  }

  async #scanFetched(
    scanner: Scanner,
    message: Message,
    tlp: string,
    { payload }: Fetched,
  ): Promise<ScanOutcome> {
    const archive = payload !== null && this.#archive !== null && isNewTo(this.#archive, message)
    const { payload: _, ...kwargs } = message as Kwargs
    const outcome = await scanner.scan({ payload, kwargs, tlp, archive } as ScanRequest)
    if (this.#archive) {
      const given = payload instanceof Uint8Array ? payload : null
      const durable = this.#source?.durable ?? false
      await archivePayloads(outcome, { connector: this.#archive, durable, given })
    }
    this.totals.bytes += outcome.documents[0]?.results[0]?.size ?? 0
    return outcome
  }

  async #save(message: Message, documents: readonly ResultDocument[]): Promise<number> {
    this.onOutput?.()
    const saving = { worker: this.#worker, output: this.#output, totals: this.totals }
    return saveDocuments(saving, message, documents)
  }

  /** True when a payload was not scanned, or not saved, because stoQ ends. */
  #isStop(error: unknown): boolean {
    const { stopping, ending } = this.#worker.stoq
    if (ending.signal.aborted || this.hasLostReader) return true
    if (error instanceof StoqError) return error.code === 'STOQ_RUN_STOPPED'
    return stopping.signal.aborted && error instanceof Error && error.name === 'AbortError'
  }

  /** Hands a message that failed to the error queue; false: it was not taken, and has to be seen again. */
  async #reject(message: Message, error: unknown): Promise<boolean> {
    this.#worker.stoq.log.error(`${messageName(message)}: ${errorText(error)}`, error)
    try {
      await publishError(this.#source, this.#worker.source_queue ?? this.#worker.name, message, error)
      return true
    } catch (fault) {
      this.#fault(errorText(fault), fault)
      return false
    }
  }

  #fault(text: string, error?: unknown): void {
    this.totals.faults++
    this.#worker.stoq.log.error(text, error)
  }
}
