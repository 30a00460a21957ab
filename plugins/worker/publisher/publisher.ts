import { basename, resolve } from 'node:path'
import {
  type ByteStream,
  hashPayload,
  hashStream,
  type Kwargs,
  type Message,
  type Payload,
  type Stoq,
  StoqArgs,
  StoqError,
  StoqWorkerPlugin,
} from 'stoq'

/**
 * Puts one message for each payload on the queues of workers. With `--archive` the payload is saved there first, and the
 * message names it by its hashes; else it names the path, which the workers have to reach.
 */
export class PublisherWorker extends StoqWorkerPlugin {
  submission_list = ['yara']
  publisher = 'rabbitmq'
  priority: number | string = 0

  override activate(stoq: Stoq): Promise<boolean> {
    const parser = new StoqArgs()
    parser.addArgument('-p', '--priority', { help: '0 to 10, the highest first', metavar: 'N' })
    parser.addArgument('-w', '--worker', {
      dest: 'submission_list',
      nargs: '+',
      help: 'Queues of workers',
    })
    parser.addArgument('-q', '--publisher', { help: 'Source plugin with the queues', metavar: 'PLUGIN' })
    return super.activate(stoq, parser.parseArgs(stoq.argv.slice(2)))
  }

  /** What its queues say. */
  override async check(): Promise<string | null> {
    const source = await this.loadSource(this.publisher)
    return (await source.check?.()) ?? null
  }

  /** true: there is nothing to be saved. Throws when a queue does not take the message. */
  async scan(payload: Payload | null, kwargs: Kwargs): Promise<true> {
    const { submission_list, priority = this.priority, ...rest } = kwargs
    const queues = listOf(submission_list ?? this.submission_list)
    const message = { ...rest, ...(await this.#place(payload, rest)), uuid: kwargs.uuid }
    const source = await this.loadSource(this.publisher)
    if (!source.publish) throw this.#fault(`${source.id} has no queues to put messages on`)
    for (const queue of queues) await source.publish(message as Message, queue, false, this.#level(priority))
    return true
  }

  /** Where the workers find the payload, with its hashes. */
  async #place(payload: Payload | null, kwargs: Kwargs): Promise<object> {
    if (this.archive_connector) return this.#archive(this.archive_connector, payload, kwargs)
    if (payload) return { payload, sha1: hashPayload(payload).sha1 }
    const { path, sha1 } = kwargs
    if (typeof path !== 'string') return {}
    const known = typeof sha1 === 'string' ? { sha1 } : await hashStream(this.stoq.getStream(path).stream)
    return { path: resolve(path), sha1: known.sha1 }
  }

  async #archive(name: string, payload: Payload | null, kwargs: Kwargs): Promise<object> {
    const connector = await this.loadConnector(name)
    const bytes = payload ?? (await this.#fetch(kwargs))
    const isStream = !(bytes instanceof Uint8Array)
    const hashes = isStream ? await hashStream(bytes().stream) : hashPayload(bytes)
    const words = { archive: true, durable: true, ...hashes }
    if (!isStream) await connector.save(bytes, words)
    else if (connector.saveStream) await connector.saveStream(bytes(), words)
    else await connector.save(await this.stoq.getFile(String(kwargs.path)), words)
    // Its path means nothing on another machine, its name does.
    const filename = kwargs.filename ?? basename(String(kwargs.path ?? kwargs['url'] ?? hashes.sha1))
    return { path: undefined, url: undefined, filename, archive: name, ...hashes }
  }

  /** A file is read as a stream, as often as it is needed. */
  async #fetch(kwargs: Kwargs): Promise<Uint8Array | (() => ByteStream)> {
    const { path, archive } = kwargs
    if (typeof path === 'string' && !this.stoq.isUrl(path)) return () => this.stoq.getStream(path)
    const source = typeof archive === 'string' ? await this.loadConnector(archive) : null
    const bytes = await source?.getFile?.(kwargs)
    if (bytes) return bytes
    throw this.#fault('the message tells of no payload')
  }

  #level(priority: unknown): number {
    const level = Number(priority === false ? 0 : priority)
    if (Number.isInteger(level) && level >= 0 && level <= 10) return level
    throw this.#fault(`priority must be 0 to 10, got '${String(priority).slice(0, 40)}'`)
  }

  #fault(reason: string): StoqError {
    return new StoqError('STOQ_PLUGIN_FAILED', [this.id, reason])
  }
}

function listOf(given: unknown): string[] {
  const words = Array.isArray(given) ? given.map(String) : String(given).split(',')
  return words.map(word => word.trim()).filter(Boolean)
}
