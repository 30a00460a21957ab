import { randomUUID } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { Connection, Publisher } from 'rabbitmq-client'
import { StoqError } from 'stoq'

/** Durable, with priorities 0 to 10, as v1 declares queues: a queue cannot be declared with others later. */
export const queueOptions = { durable: true, autoDelete: false, arguments: { 'x-max-priority': 10 } }

/** Attempts to publish a message while the server is away; a second passes, then two, up to 15 s. */
const attempts = 20

/** Puts messages on queues: `send` resolves when the server has each on its disk. */
export class QueuePublisher {
  readonly #rabbit: Connection
  readonly #publisher: Publisher
  readonly #exchange: { exchange: string; type: string }
  readonly #id: string
  readonly #declared = new Map<string, Promise<void>>()
  /** Messages that no queue took. */
  readonly #returned = new Set<string>()

  constructor(rabbit: Connection, exchange: { exchange: string; type: string }, id: string) {
    this.#rabbit = rabbit
    this.#exchange = exchange
    this.#id = id
    this.#publisher = rabbit.createPublisher({ confirm: true, maxAttempts: attempts })
    this.#publisher.on('basic.return', ({ messageId }) => void (messageId && this.#returned.add(messageId)))
    // Queues may be gone after a restart.
    rabbit.on('connection', () => this.#declared.clear())
  }

  /** Declares the queue where it is not there; a queue that was deleted meanwhile is declared again. */
  async send(queue: string, body: string, { priority = 0, headers = {} } = {}): Promise<void> {
    const messageId = randomUUID()
    const routing = { exchange: this.#exchange.exchange, routingKey: queue, mandatory: true }
    const kind = { contentType: 'text/plain', contentEncoding: 'utf-8', durable: true, priority, headers }
    for (let tries = 0; tries < 2; tries++) {
      await this.#declare(queue)
      await this.#publisher.send({ ...routing, ...kind, messageId }, Buffer.from(body))
      // The client tells of a returned message in a turn of its own, which began before that of the confirmation.
      await turn()
      if (!this.#returned.delete(messageId)) return
      this.#declared.delete(queue)
    }
    throw new StoqError('STOQ_PLUGIN_FAILED', [this.#id, `no queue ${queue} takes the message`])
  }

  close(): Promise<void> {
    return this.#publisher.close()
  }

  #declare(queue: string): Promise<void> {
    const known = this.#declared.get(queue)
    if (known) return known
    const declaring = this.#declareNow(queue)
    this.#declared.set(queue, declaring)
    declaring.catch(() => this.#declared.delete(queue))
    return declaring
  }

  async #declareNow(queue: string): Promise<void> {
    const { exchange } = this.#exchange
    try {
      await this.#rabbit.exchangeDeclare({ ...this.#exchange, durable: true })
      await this.#rabbit.queueDeclare({ queue, ...queueOptions })
      await this.#rabbit.queueBind({ exchange, queue, routingKey: queue })
    } catch (error) {
      throw declareFault(this.#id, queue, error)
    }
  }
}

/** One line for a queue or exchange that was declared elsewhere with other arguments. */
export function declareFault(id: string, queue: string, error: unknown): unknown {
  if ((error as { code?: unknown }).code !== 'PRECONDITION_FAILED') return error
  const said = (error as Error).message.replace(/^PRECONDITION_FAILED - /, '')
  const reason = `queue ${queue} is there with other arguments than ours: ${said}; delete it, or name another with -Q`
  return new StoqError('STOQ_PLUGIN_FAILED', [id, reason], { cause: error })
}
