import type { Message } from '../ingest/message.ts'
import { StoqCarverPlugin } from '../plugin/carver.ts'
import type { PluginCategory } from '../plugin/categories.ts'
import { type SaveKwargs, StoqConnectorPlugin } from '../plugin/connector.ts'
import { StoqDecoderPlugin } from '../plugin/decoder.ts'
import { StoqDecoratorPlugin } from '../plugin/decorator.ts'
import { StoqExtractorPlugin } from '../plugin/extractor.ts'
import type { ExtractedResult, Kwargs, Payload, PluginContext, StoqPlugin } from '../plugin/plugin.ts'
import { StoqReaderPlugin } from '../plugin/reader.ts'
import { StoqSourcePlugin } from '../plugin/source.ts'
import { StoqWorkerPlugin } from '../plugin/worker.ts'
import type { ResultDocument, ScanResult } from '../results/types.ts'
import type { Stoq } from '../stoq.ts'
import { PythonSession } from './session.ts'

/** A plugin of a kind whose work a Python process does. */
export function newPythonPlugin(category: PluginCategory): StoqPlugin {
  return new adapters[category]()
}

class PythonWorker extends StoqWorkerPlugin {
  python = ''
  readonly #session = new PythonSession(this, async options => {
    await super.activate(this.stoq, options)
  })

  override async activate(stoq: Stoq): Promise<boolean> {
    await this.#session.open(stoq)
    if (!this.is_activated) await super.activate(stoq)
    // Where it does not scan, only its flags had to be read.
    if (!this.scansHere) await this.#session.close()
    return true
  }

  override async deactivate(): Promise<void> {
    await super.deactivate()
    await this.#session.close()
  }

  override scan(payload: Payload | null, kwargs: Kwargs, context: PluginContext): Promise<ScanResult> {
    return this.#session.call({ method: 'scan', args: [payload], kwargs, context })
  }
}

class PythonReader extends StoqReaderPlugin {
  python = ''
  readonly #session = new PythonSession(this)

  override async activate(stoq: Stoq): Promise<boolean> {
    return (await this.#session.open(stoq)) && super.activate(stoq)
  }

  override async deactivate(): Promise<void> {
    super.deactivate()
    await this.#session.close()
  }

  override read(payload: Payload, kwargs?: Kwargs, context?: PluginContext): Promise<unknown> {
    return this.#session.call({ method: 'read', args: [payload], ...(kwargs && { kwargs }), context })
  }
}

class PythonExtractor extends StoqExtractorPlugin {
  python = ''
  readonly #session = new PythonSession(this)

  override async activate(stoq: Stoq): Promise<boolean> {
    return (await this.#session.open(stoq)) && super.activate(stoq)
  }

  override async deactivate(): Promise<void> {
    super.deactivate()
    await this.#session.close()
  }

  override extract(payload: Payload, kwargs: Kwargs, context: PluginContext): Promise<ExtractedResult> {
    return openWith(this.#session, 'extract', payload, kwargs, context)
  }
}

class PythonCarver extends StoqCarverPlugin {
  python = ''
  readonly #session = new PythonSession(this)

  override async activate(stoq: Stoq): Promise<boolean> {
    return (await this.#session.open(stoq)) && super.activate(stoq)
  }

  override async deactivate(): Promise<void> {
    super.deactivate()
    await this.#session.close()
  }

  override carve(payload: Payload, kwargs: Kwargs, context: PluginContext): Promise<ExtractedResult> {
    return openWith(this.#session, 'carve', payload, kwargs, context)
  }
}

class PythonDecoder extends StoqDecoderPlugin {
  python = ''
  readonly #session = new PythonSession(this)

  override async activate(stoq: Stoq): Promise<boolean> {
    return (await this.#session.open(stoq)) && super.activate(stoq)
  }

  override async deactivate(): Promise<void> {
    super.deactivate()
    await this.#session.close()
  }

  override decode(payload: Payload, kwargs: Kwargs, context: PluginContext): Promise<ExtractedResult> {
    return openWith(this.#session, 'decode', payload, kwargs, context)
  }
}

/** The pipeline checks every item. */
async function openWith(
  session: PythonSession,
  method: string,
  payload: Payload,
  kwargs: Kwargs,
  context: PluginContext,
): Promise<ExtractedResult> {
  return (await session.call({ method, args: [payload], kwargs, context })) as ExtractedResult
}

class PythonConnector extends StoqConnectorPlugin {
  python = ''
  readonly #session = new PythonSession(this)

  override async activate(stoq: Stoq): Promise<boolean> {
    await this.#session.open(stoq)
    // Only there where the plugin has it: stoQ asks.
    if (this.#session.has('get_file')) this.getFile = kwargs => this.#getFile(kwargs)
    return super.activate(stoq)
  }

  override async deactivate(): Promise<void> {
    super.deactivate()
    await this.#session.close()
  }

  override async save(
    payload: object | string | Uint8Array,
    kwargs: SaveKwargs = {},
  ): Promise<string | null> {
    const id = await this.#session.call({ method: 'save', args: [payload], kwargs })
    return id === null || id === undefined ? null : String(id)
  }

  override async connect(force = false): Promise<void> {
    await this.#session.call({ method: 'connect', args: force ? [force] : [] })
  }

  override async disconnect(): Promise<void> {
    await this.#session.call({ method: 'disconnect', args: [] })
  }

  async #getFile(kwargs: Kwargs): Promise<Uint8Array | null> {
    const content = await this.#session.call({ method: 'get_file', args: [], kwargs })
    if (typeof content === 'string') return Buffer.from(content)
    return content instanceof Uint8Array ? content : null
  }
}

class PythonSource extends StoqSourcePlugin {
  python = ''
  readonly #session = new PythonSession(this)

  override async activate(stoq: Stoq): Promise<boolean> {
    await this.#session.open(stoq)
    if (this.#session.has('publish')) this.publish = (...words) => this.#publish(...words)
    if (this.#session.has('publish_connect')) this.publishConnect = () => this.#tell('publish_connect')
    if (this.#session.has('publish_release')) this.publishRelease = () => this.#tell('publish_release')
    return super.activate(stoq)
  }

  override async deactivate(): Promise<void> {
    super.deactivate()
    await this.#session.close()
  }

  override ingest(signal: AbortSignal): Promise<void> {
    return this.#session.callForever('ingest', signal)
  }

  async #publish(message: Message, key: string, err = false, priority?: number): Promise<void> {
    const kwargs = { err, ...(priority !== undefined && { priority }) }
    await this.#session.call({ method: 'publish', args: [message, key], kwargs })
  }

  async #tell(method: string): Promise<void> {
    await this.#session.call({ method, args: [] })
  }
}

class PythonDecorator extends StoqDecoratorPlugin {
  python = ''
  readonly #session = new PythonSession(this)

  override async activate(stoq: Stoq): Promise<boolean> {
    return (await this.#session.open(stoq)) && super.activate(stoq)
  }

  override async deactivate(): Promise<void> {
    super.deactivate()
    await this.#session.close()
  }

  override async decorate(results: ResultDocument): Promise<ResultDocument> {
    return (await this.#session.call({ method: 'decorate', args: [results] })) as ResultDocument
  }
}

const adapters: Record<PluginCategory, new () => StoqPlugin> = {
  worker: PythonWorker,
  connector: PythonConnector,
  reader: PythonReader,
  source: PythonSource,
  extractor: PythonExtractor,
  carver: PythonCarver,
  decoder: PythonDecoder,
  decorator: PythonDecorator,
}
