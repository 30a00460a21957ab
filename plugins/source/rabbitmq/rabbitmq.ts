import { type AsyncMessage, type Connection, type Consumer, ConsumerStatus } from 'rabbitmq-client'
import { errorText, type Message, StoqError, StoqSourcePlugin } from 'stoq'
import { decodeMessage, encodeMessage } from './body.ts'
import { openConnection, type Server } from './connection.ts'
import { declareFault, QueuePublisher, queueOptions } from './publisher.ts'

/** Header that counts deliveries which came to no end: the server itself only tells that there was one. */
const deliveries = 'x-stoq-deliveries'

/**
 * Takes messages from a queue and acknowledges each when its documents are saved. What cannot be read, fails, or was
 * delivered `max_deliveries` times without an end, goes to `<queue>-errors` with its reason.
 */
export class RabbitMqSource extends StoqSourcePlugin {
  host = '127.0.0.1'
  port = 5672
  user = 'stoq'
  password = ''
  virtual_host = '/'
  exchange_name = 'stoq'
  exchange_type = 'direct'
  retries = 5
  prefetch = 20
  max_deliveries = 5
  stop_when_idle = 0
  use_ssl = false
  ca_certs = ''
  certfile = ''
  keyfile = ''
  cert_reqs = true
  override durable = true
  #opening: Promise<Connection> | null = null
  #publisher: QueuePublisher | null = null
  #consumer: Consumer | null = null
  #lastMessage = 0
  #busy = 0

  /** The queue is `-Q`, else that of the worker's name; with `-E` its error queue. */
  async ingest(signal: AbortSignal): Promise<boolean> {
    const { source_queue, name, error_queue } = this.stoq.worker
    const base = source_queue ?? name
    const queue = error_queue ? `${base}-errors` : base
    const rabbit = await this.#connect()
    const { exchange_name: exchange, exchange_type: type } = this
    this.#consumer = rabbit.createConsumer(
      {
        queue,
        queueOptions,
        qos: { prefetchCount: this.prefetch },
        exchanges: [{ exchange, type, durable: true }],
        queueBindings: [{ exchange, routingKey: queue }],
        requeue: true,
      },
      message => this.#take(message, queue, base),
    )
    await this.#consume(this.#consumer, queue, signal)
    return true
  }

  /** Puts a message on queue `key`; resolves when the server has it on its disk. `priority`: 0 to 10. */
  override async publish(message: Message, key: string, err = false, priority = 0): Promise<void> {
    const publisher = await this.#openPublisher()
    await publisher.send(err ? `${key}-errors` : key, encodeMessage(message), { priority })
  }

  /** Connects once, with a connection of its own. */
  override async check(): Promise<string | null> {
    try {
      const rabbit = await openConnection({ ...this.#server, retries: 1 }, this.id, this.log)
      await rabbit.close()
      return null
    } catch (error) {
      return errorText(error)
    }
  }

  override async deactivate(): Promise<void> {
    const rabbit = await this.#opening?.catch(() => null)
    // Waits for the payloads that are being scanned, and acknowledges them.
    await this.#consumer?.close()
    await this.#publisher?.close()
    await rabbit?.close()
    this.#opening = null
    await super.deactivate()
  }

  get #server(): Server {
    const { host, port, user, password, virtual_host, retries } = this
    const { use_ssl, ca_certs, certfile, keyfile, cert_reqs } = this
    return {
      ...{ host, port, user, password, virtual_host, retries },
      ...{ use_ssl, ca_certs, certfile, keyfile, cert_reqs },
    }
  }

  #connect(): Promise<Connection> {
    this.#opening ??= openConnection(this, this.id, this.log)
    this.#opening.catch(() => {
      this.#opening = null
    })
    return this.#opening
  }

  async #openPublisher(): Promise<QueuePublisher> {
    const rabbit = await this.#connect()
    const { exchange_name: exchange, exchange_type: type } = this
    this.#publisher ??= new QueuePublisher(rabbit, { exchange, type }, this.id)
    return this.#publisher
  }

  /** Resolves when stoQ stops or the queue is idle; throws when the queue cannot be had at all. */
  async #consume(consumer: Consumer, queue: string, signal: AbortSignal): Promise<void> {
    this.#lastMessage = Date.now()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => resolve(), { once: true })
    if (signal.aborted) resolve()
    consumer.on('ready', () => this.log.info(`takes messages from ${queue}`))
    consumer.on('error', error => {
      const fault = declareFault(this.id, queue, error)
      if (fault instanceof StoqError) reject(fault)
      // What was taken before the connection was lost is delivered again.
      else if (/failed to ack/.test(errorText(error))) this.log.debug(`${queue}: ${errorText(error)}`)
      else this.log.warning(`${queue}: ${errorText(error)}`)
    })
    const idle = this.stop_when_idle > 0 && setInterval(() => this.#isIdle() && resolve(), 100)
    try {
      await promise
    } finally {
      if (idle) clearInterval(idle)
      // Nothing more is taken; what is in work is acknowledged when it is done.
      void consumer.close()
    }
  }

  #isIdle(): boolean {
    return this.#busy === 0 && Date.now() - this.#lastMessage > this.stop_when_idle * 1000
  }

  async #take(delivery: AsyncMessage, queue: string, base: string): Promise<ConsumerStatus> {
    this.#busy++
    try {
      return await this.#decide(delivery, queue, base)
    } finally {
      this.#busy--
      this.#lastMessage = Date.now()
    }
  }

  async #decide(delivery: AsyncMessage, queue: string, base: string): Promise<ConsumerStatus> {
    let message: Message
    try {
      message = decodeMessage(delivery.body)
    } catch (error) {
      return this.#reject(delivery, base, { err: errorText(error), body: String(delivery.body) })
    }
    if (delivery.redelivered) return this.#countDelivery(delivery, message, queue, base)
    const receipt = await this.stoq.worker.multiprocessPut(message)
    const { acknowledge } = await receipt.done
    return acknowledge ? ConsumerStatus.ACK : ConsumerStatus.REQUEUE
  }

  /** A message that was not acknowledged before goes to the end of its queue with one delivery more in its header. */
  async #countDelivery(
    { headers = {}, priority = 0, ...delivery }: AsyncMessage,
    message: Message,
    queue: string,
    base: string,
  ): Promise<ConsumerStatus> {
    const count = Number(headers[deliveries] ?? 0) + 1
    if (count >= this.max_deliveries) {
      const err = `it was delivered ${count} times and its scan came to no end`
      return this.#reject(delivery as AsyncMessage, base, { ...message, err })
    }
    const publisher = await this.#openPublisher()
    const options = { priority, headers: { ...headers, [deliveries]: count } }
    await publisher.send(queue, encodeMessage(message), options)
    return ConsumerStatus.ACK
  }

  async #reject({ priority = 0 }: AsyncMessage, base: string, message: Message): Promise<ConsumerStatus> {
    this.log.error(`a message of ${base} goes to ${base}-errors: ${message.err}`)
    await this.publish(message, base, true, priority)
    return ConsumerStatus.ACK
  }
}
