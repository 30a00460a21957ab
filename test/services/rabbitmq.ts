import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from 'rabbitmq-client'
import { openScratch, type Scratch } from 'stoq/testing'
import { service } from './service.ts'

/** Options of source:rabbitmq for the test server; text, as in stoq.cfg. */
export const serverOptions = {
  host: '127.0.0.1',
  port: new URL(service('rabbitmq').urls['amqp'] ?? '').port,
  user: 'guest',
  password: 'guest',
  virtual_host: '/',
  stop_when_idle: '1',
}

/** A queue of its own for each test, with its error queue, gone in the end. */
export class TestQueue implements AsyncDisposable {
  readonly name = `test-${randomUUID()}`
  readonly rabbit = new Connection(service('rabbitmq').urls['amqp'])
  readonly #publisher = this.rabbit.createPublisher({ confirm: true })

  /** Declares the queues as v1 did. */
  async open(): Promise<this> {
    for (const queue of [this.name, this.errors])
      await this.rabbit.queueDeclare({ queue, durable: true, arguments: { 'x-max-priority': 10 } })
    return this
  }

  get errors(): string {
    return `${this.name}-errors`
  }

  /** Puts a body on the queue as a publisher of v1 does. */
  async put(body: string | object, priority = 0): Promise<void> {
    const text = typeof body === 'string' ? body : JSON.stringify(body, null, 4)
    const kind = { contentType: 'text/plain', contentEncoding: 'utf-8', durable: true, priority }
    await this.#publisher.send({ routingKey: this.name, ...kind }, Buffer.from(text))
  }

  /** Takes everything that is on a queue. */
  async drain(queue = this.name) {
    const found = []
    for (let next = await this.rabbit.basicGet({ queue, noAck: true }); next; ) {
      found.push({ ...next, message: JSON.parse(String(next.body)) })
      next = await this.rabbit.basicGet({ queue, noAck: true })
    }
    return found
  }

  /** Messages that wait, once so many do or ten seconds have passed. */
  async waiting(queue: string, wanted: number): Promise<number> {
    for (let tries = 0; ; tries++) {
      const { messageCount } = await this.rabbit.queueDeclare({ queue, passive: true })
      if (messageCount === wanted || tries > 100) return messageCount
      await sleep(100)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const queue of [this.name, this.errors]) await this.rabbit.queueDelete(queue)
    await this.#publisher.close()
    await this.rabbit.close()
  }
}

/** A Stoq with the test server, and the worker yara that reads a queue. */
export async function openReader(queue: TestQueue, options: Record<string, string> = {}, more: object = {}) {
  const scratch: Scratch = openScratch({
    log_level: 'error',
    default_connector: 'file',
    plugin_options: { source: { rabbitmq: { ...serverOptions, ...options } } },
    ...more,
  })
  const worker = await scratch.stoq.loadPlugin('yara', 'worker')
  Object.assign(worker, { source_plugin: 'rabbitmq', source_queue: queue.name })
  return { scratch, worker }
}
