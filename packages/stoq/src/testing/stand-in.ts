import type { Message, Receipt } from '../ingest/message.ts'
import { StoqWorkerPlugin } from '../plugin/worker.ts'
import type { Stoq } from '../stoq.ts'

/** The primary worker of a plugin under test: finds nothing, and keeps the messages that a source puts. */
export class StandIn extends StoqWorkerPlugin {
  override saveresults = false
  readonly messages: Message[] = []
  /** Called with the number of messages so far. */
  onMessage: (count: number) => void = () => {}

  scan() {
    return null
  }

  override async multiprocessPut(message: Message): Promise<Receipt> {
    this.messages.push(message)
    this.onMessage(this.messages.length)
    return { done: Promise.resolve({ state: 'saved', documents: 1, acknowledge: true }) }
  }
}

/** Makes the stand-in the primary worker of a Stoq. */
export async function standIn(stoq: Stoq): Promise<StandIn> {
  const worker = new StandIn()
  const unknown = { module: '', config: '', path: '', root: '', author: '', website: '', options: {} }
  const description = 'Stands in for a worker in tests'
  worker.manifest = { name: 'test', category: 'worker', version: '1.0.0', description, ...unknown }
  worker.log = stoq.logger('stoq.worker.test')
  await worker.activate(stoq)
  return worker
}
