import type { Socket } from 'node:net'
import { dumps } from '../results/json.ts'
import { frameOf } from './frames.ts'
import type { FromProcess } from './messages.ts'

/** So many messages, or what was to be said so long ago, go out together: each write wakes the other process. */
const mostMessages = 16
const mostMilliseconds = 4

/** What a scan process has to say, in as few writes as can be. */
export class Answers {
  readonly #socket: Socket
  #frames: Uint8Array[] = []
  #since = 0

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Throws for a document that does not fit in a text. */
  add(message: FromProcess): void {
    const frame = frameOf(Buffer.from(dumps(message, { compactly: true })))
    if (this.#frames.length === 0) this.#since = performance.now()
    this.#frames.push(...frame)
  }

  /** True when the other process has waited long enough. */
  get areDue(): boolean {
    return this.#frames.length >= mostMessages || performance.now() - this.#since > mostMilliseconds
  }

  flush(): void {
    const [first, ...others] = this.#frames
    this.#frames = []
    if (first) this.#socket.write(others.length > 0 ? Buffer.concat([first, ...others]) : first)
  }
}
