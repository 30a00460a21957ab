import type { Socket } from 'node:net'
import { dumps } from '../results/json.ts'
import { frameOf } from './frames.ts'
import type { FromProcess } from './messages.ts'

/** So many messages, so many characters, or what was to be said so long ago, go out together: each write wakes the other process. */
const mostMessages = 16
const mostCharacters = 64 * 1024
const mostMilliseconds = 4

/** What a scan process has to say, in as few writes as can be: JSON of a message, or of a list of some. */
export class Answers {
  readonly #socket: Socket
  #texts: string[] = []
  #length = 0
  #since = 0

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Throws for a document that does not fit in a text. */
  add(message: FromProcess): void {
    const text = dumps(message, { compactly: true })
    if (this.#texts.length === 0) this.#since = performance.now()
    this.#texts.push(text)
    this.#length += text.length
  }

  /** True when the other process has waited long enough. */
  get areDue(): boolean {
    if (this.#texts.length >= mostMessages || this.#length >= mostCharacters) return true
    return performance.now() - this.#since > mostMilliseconds
  }

  flush(): void {
    // Long ones go alone: all together have to fit in a text too.
    const areTogether = this.#texts.length > 1 && this.#length <= mostCharacters
    const texts = areTogether ? [`[${this.#texts.join(',')}]`] : this.#texts
    this.#texts = []
    this.#length = 0
    for (const text of texts) for (const chunk of frameOf(Buffer.from(text))) this.#socket.write(chunk)
  }
}
