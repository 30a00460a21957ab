import {
  dumps,
  errorText,
  printable,
  type ResultDocument,
  type SaveKwargs,
  type Stoq,
  StoqConnectorPlugin,
  StoqError,
} from 'stoq'
import { renderTree } from './tree.ts'

const formats = ['auto', 'tree', 'jsonl', 'json'] as const
type Format = (typeof formats)[number]

/** Where text goes: standard output, or what a test puts in its place. */
export interface Output {
  write(text: string, done: (error?: Error | null) => void): boolean
  on(event: 'error', listener: (error: Error) => void): unknown
  listeners(event: 'error'): unknown[]
  readonly isTTY?: boolean
  readonly columns?: number
  hasColors?(): boolean
}

/** Prints documents and rendered templates on standard output, each whole and in one write. */
export class StdoutConnector extends StoqConnectorPlugin {
  format = 'auto'
  readonly #output: Output
  #lastWrite: Promise<void> = Promise.resolve()
  /** Set once nobody reads standard output any more. */
  #closed: StoqError | null = null

  constructor(output: Output = process.stdout) {
    super()
    this.#output = output
  }

  /** Throws when the option `format` is unknown. */
  override activate(stoq: Stoq): boolean | Promise<boolean> {
    this.setFormat(this.format)
    if (!this.#output.listeners('error').includes(ignore)) this.#output.on('error', ignore)
    return super.activate(stoq)
  }

  /** Chooses how documents are written, as the option `format` does. */
  setFormat(format: string): void {
    if (!isFormat(format)) {
      const { config } = this.manifest
      throw new StoqError('STOQ_PLUGIN_OPTION', [
        this.id,
        'format',
        config,
        `one of ${formats.join(', ')}`,
        format,
      ])
    }
    this.format = format
  }

  /** Resolves when the document is written. Throws when it was not, and for payloads: they cannot be archived here. */
  async save(payload: object | string | Uint8Array, kwargs: SaveKwargs = {}): Promise<null> {
    if (kwargs.archive || payload instanceof Uint8Array) {
      throw new StoqError('STOQ_CONNECTOR_SAVE', [this.id, 'stdout cannot archive payloads'])
    }
    if (this.#closed) throw this.#closed
    this.#lastWrite = this.#write(typeof payload === 'string' ? this.#text(payload) : this.#document(payload))
    await this.#lastWrite
    return null
  }

  /** Waits until everything is written. */
  override async deactivate(): Promise<void> {
    await this.#lastWrite.catch(ignore)
    await super.deactivate()
  }

  /** A template's text is what it is; only a terminal is kept from what would steer it. */
  #text(text: string): string {
    if (!this.#output.isTTY) return `${text}\n`
    return `${text.replaceAll('\r\n', '\n').replace(/[^\n\t]+/g, printable)}\n`
  }

  #document(document: object): string {
    const { isTTY = false, columns, hasColors } = this.#output
    const format = this.format === 'auto' ? (isTTY ? 'tree' : 'jsonl') : this.format
    if (format === 'tree' && isResultDocument(document)) {
      return renderTree(document, {
        colour: isTTY && hasColors?.call(this.#output) === true,
        width: columns || 120,
      })
    }
    const json = format === 'jsonl' ? dumps(document, { compactly: true }) : dumps(document, { indent: 4 })
    return `${isTTY ? escapeJson(json) : json}\n`
  }

  async #write(text: string): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#output.write(text, error => (error ? reject(error) : resolve()))
      })
    } catch (error) {
      throw this.#fault(error)
    }
  }

  /** Nobody reads on (`| head`): what is still to be scanned is of no use, so stoQ is told to stop. */
  #fault(error: unknown): StoqError {
    const isClosed = error instanceof Error && 'code' in error && closedCodes.has(error.code)
    const reason = isClosed ? 'nobody reads standard output any more' : errorText(error)
    const fault = new StoqError('STOQ_CONNECTOR_SAVE', [this.id, reason], { cause: error })
    if (!isClosed) return fault
    this.#closed ??= fault
    this.stoq.stopping.abort(this.#closed)
    return this.#closed
  }
}

const closedCodes = new Set<unknown>(['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'])

/** Every write reports its own fault; without a listener the stream would end the process. */
function ignore(): void {}

function isFormat(word: string): word is Format {
  return (formats as readonly string[]).includes(word)
}

/** Flattened documents and whatever else a worker saves have no entries: they are written as JSON. */
function isResultDocument(value: object): value is ResultDocument {
  return 'results' in value && Array.isArray(value.results)
}

/** The same JSON, with what a terminal would act on as `\u` escapes. In JSON such characters only stand in texts. */
function escapeJson(json: string): string {
  return json.replace(/[^\n\x20-\x7e]/gu, character =>
    printable(character) === character ? character : toUnits(character),
  )
}

function toUnits(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
  return units.map(unit => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}
