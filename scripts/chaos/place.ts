import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MongoClient } from 'mongodb'
import { Connection } from 'rabbitmq-client'
import { mongodb } from '../services/mongodb.ts'
import { rabbitmq } from '../services/rabbitmq.ts'

/** The command. */
export const stoq = fileURLToPath(new URL('../../packages/stoq/bin/stoq.js', import.meta.url))
const plugins = fileURLToPath(new URL('plugins', import.meta.url))

const [broker, store] = [rabbitmq.urls['amqp'] ?? '', mongodb.urls['mongodb'] ?? '']

/** Queues, databases and folders of one run: nobody else uses them, and they are gone in the end. */
export class Place implements AsyncDisposable {
  readonly name = `chaos-${randomUUID().slice(0, 8)}`
  readonly folder = mkdtempSync(join(tmpdir(), 'stoq-chaos-'))
  /** Consumers add a line for every document that they make. */
  readonly tally = join(this.folder, 'tally')

  get queue(): string {
    return this.name
  }

  get errors(): string {
    return `${this.name}-errors`
  }

  /** A home with the stoq.cfg of a process that talks to the test servers. */
  home(name: string): string {
    const home = join(this.folder, name)
    if (existsSync(home)) return home
    mkdirSync(home)
    const settings = [
      `plugin_options = ${JSON.stringify(this.#options())}`,
      `plugin_dir_list = ${plugins}`,
      'default_connector = mongodb',
      'max_processes = 1',
      'log_level = warning',
    ]
    writeFileSync(join(home, 'stoq.cfg'), ['[core]', ...settings, ''].join('\n'))
    return home
  }

  #options(): object {
    const { hostname: host, port, username: user, password } = new URL(broker)
    const databases = { database: this.name, gridfs_database: this.#gridfs }
    return {
      source: { rabbitmq: { host, port, user, password, virtual_host: '/', max_deliveries: '20' } },
      connector: { mongodb: { conn: store, ...databases } },
      decorator: { tally: { file: this.tally } },
    }
  }

  get #gridfs(): string {
    return `${this.name}-files`
  }

  /** A connection to the broker for as long as `use` takes. */
  async withBroker<T>(use: (rabbit: Connection) => Promise<T>): Promise<T> {
    const rabbit = new Connection(broker)
    try {
      return await use(rabbit)
    } finally {
      await rabbit.close()
    }
  }

  /** Messages that wait on a queue. */
  waiting(queue: string): Promise<number> {
    const kind = { durable: true, arguments: { 'x-max-priority': 10 } }
    return this.withBroker(async rabbit => (await rabbit.queueDeclare({ queue, ...kind })).messageCount)
  }

  /** True when no message of the queue waits or is in work: the server counts those every five seconds. */
  async isDone(queue: string): Promise<boolean> {
    const { origin, username, password } = new URL(rabbitmq.urls['management'] ?? '')
    const answer = await fetch(`${origin}/api/queues/%2F/${queue}`, {
      headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` },
    })
    const { messages } = (await answer.json()) as { messages?: number }
    return messages === 0 && (await this.waiting(queue)) === 0
  }

  /** Ids of the documents that are saved. */
  async savedIds(): Promise<Set<string>> {
    return this.#withStore(async client => {
      const found = client
        .db(this.name)
        .collection('yara')
        .find({}, { projection: { _id: 1 } })
      return new Set((await found.toArray()).map(({ _id }) => String(_id)))
    })
  }

  async #withStore<T>(use: (client: MongoClient) => Promise<T>): Promise<T> {
    const client = await new MongoClient(store).connect()
    try {
      return await use(client)
    } finally {
      await client.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.withBroker(async rabbit => {
      for (const queue of [this.queue, this.errors]) await rabbit.queueDelete(queue)
    })
    await this.#withStore(async client => {
      for (const name of [this.name, this.#gridfs]) await client.db(name).dropDatabase()
    })
    rmSync(this.folder, { recursive: true, force: true })
  }
}
