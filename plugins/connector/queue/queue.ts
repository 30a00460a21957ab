import { type Message, type SaveKwargs, type Stoq, StoqConnectorPlugin, StoqError } from 'stoq'

/** Puts every document on a queue: never on the one that its worker reads. */
export class QueueConnector extends StoqConnectorPlugin {
  publisher = 'rabbitmq'
  queue = ''
  priority = 0

  override activate(stoq: Stoq): boolean | Promise<boolean> {
    if (this.queue && this.queue === (stoq.worker.source_queue ?? stoq.worker.name)) {
      const reason = `documents on queue '${this.queue}', which the worker reads, would be scanned without end`
      throw new StoqError('STOQ_PLUGIN_FAILED', [this.id, reason])
    }
    return super.activate(stoq)
  }

  /** What its queues say. */
  override async check(): Promise<string | null> {
    const source = await this.stoq.worker.loadSource(this.publisher)
    return (await source.check?.()) ?? null
  }

  /** Gives the name of the queue. Throws when it does not take the document. */
  async save(payload: object | string | Uint8Array, { archive }: SaveKwargs = {}): Promise<string> {
    if (archive) throw new StoqError('STOQ_CONNECTOR_SAVE', [this.id, 'a queue is no archive'])
    const source = await this.stoq.worker.loadSource(this.publisher)
    if (!source.publish) {
      throw new StoqError('STOQ_CONNECTOR_SAVE', [this.id, `${source.id} has no queues to put documents on`])
    }
    const queue = this.queue || `${this.parentname ?? this.stoq.worker.name}-results`
    await source.publish(payload as Message, queue, false, this.priority)
    return queue
  }
}
