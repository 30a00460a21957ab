import { existsSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { templateFolders } from '../config/bundled.ts'
import { errorText, StoqError } from '../errors.ts'
import type { SaveKwargs, StoqConnectorPlugin } from '../plugin/connector.ts'
import type { StoqDecoratorPlugin } from '../plugin/decorator.ts'
import { within } from '../plugin/within.ts'
import type { StoqWorkerPlugin } from '../plugin/worker.ts'
import type { TemplateRenderer } from '../templates/render.ts'
import { flatten } from './flatten.ts'
import { splitDocument } from './split.ts'
import type { ResultDocument } from './types.ts'

/** The way of a document from the scan to the connector: decorator, split, flatten, template, save. */
export class DocumentOutput {
  readonly #worker: StoqWorkerPlugin
  #connector: StoqConnectorPlugin | null = null
  #decorator: StoqDecoratorPlugin | null = null
  #template: TemplateRenderer | null = null
  #place: Partial<SaveKwargs> = {}

  constructor(worker: StoqWorkerPlugin) {
    this.#worker = worker
  }

  /**
   * Loads what the options of the worker name. Throws when one of them cannot be had; a template that cannot
   * is a fault that is given back, and documents are saved as they are.
   */
  async prepare(): Promise<string | null> {
    const worker = this.#worker
    const { default_connector } = worker.stoq.settings
    if (worker.saveresults) {
      const overrides = worker.format ? { format: worker.format } : {}
      this.#connector = await worker.loadConnector(worker.output_connector ?? default_connector, overrides)
      await this.#connector.connect()
    }
    if (worker.decorator_plugin) this.#decorator = await worker.loadDecorator(worker.decorator_plugin)
    this.#place = placeOf(worker)
    return worker.template ? this.#prepareTemplate(worker, worker.template) : null
  }

  async #prepareTemplate(worker: StoqWorkerPlugin, name: string): Promise<string | null> {
    try {
      const { TemplateRenderer } = await import('../templates/render.ts')
      const template = new TemplateRenderer(
        templateFolders(worker.plugin_path, worker.stoq.settings.base_dir),
        name,
      )
      await template.load()
      this.#template = template
      return null
    } catch (error) {
      return errorText(error)
    }
  }

  /** Decorates the document. A decorator's fault is data: the document stands as it was. */
  async decorate(document: ResultDocument): Promise<ResultDocument> {
    const decorator = this.#decorator
    if (!decorator) return document
    const limit = decorator.stoq.settings.max_plugin_time
    try {
      const decorated: unknown = await within(
        decorator.decorate(structuredClone(document)),
        limit,
        decorator.id,
      )
      if (isDocument(decorated)) return decorated
      throw new StoqError('STOQ_PLUGIN_RESULT', [decorator.id, describe(decorated), 'the document'])
    } catch (error) {
      const code = error instanceof StoqError ? error.code : 'STOQ_PLUGIN_FAILED'
      document.errors.push({ plugin: decorator.id, code, message: errorText(error), payload_id: 0 })
      return document
    }
  }

  /** Documents are to be on the disk before a save counts: the source forgets them then. */
  set durable(durable: boolean) {
    this.#place = { ...this.#place, ...(durable && { durable }) }
  }

  /** Saves a document as the options say; gives the number of templates that failed. Throws when it was not saved. */
  async save(document: ResultDocument, onSaved: () => void): Promise<number> {
    const worker = this.#worker
    if (!this.#connector) return 0
    const documents = worker.combined_results ? [document] : splitDocument(document)
    let errors = 0
    for (const each of documents) errors += await this.#saveOne(this.#connector, each, onSaved)
    return errors
  }

  async #saveOne(
    connector: StoqConnectorPlugin,
    document: ResultDocument,
    onSaved: () => void,
  ): Promise<number> {
    const worker = this.#worker
    const sha1 = document.results?.[0]?.sha1 ?? null
    const { id } = document
    const known = { ...(typeof id === 'string' && { id }), sha1, index: worker.name }
    const kwargs: SaveKwargs = { ...known, use_date: worker.use_output_date, ...this.#place }
    const { text, fault } = await this.#render(document)
    const told = fault ? withError(document, fault) : document
    try {
      // A template that has nothing to say of a document saves nothing.
      if (text) await connector.save(text, kwargs)
      if (text === null || worker.template_and_json) await connector.save(this.#shape(told), kwargs)
    } catch (error) {
      if (error instanceof StoqError && error.code === 'STOQ_CONNECTOR_SAVE') throw error
      throw new StoqError('STOQ_CONNECTOR_SAVE', [connector.id, errorText(error)], { cause: error })
    }
    onSaved()
    return fault ? 1 : 0
  }

  #shape(document: ResultDocument): object {
    return this.#worker.flatten_results ? flatten(document, this.#worker.flatten_delimiter) : document
  }

  /** `text` is null when there is no template, or when it failed: the document is saved instead. */
  async #render(document: ResultDocument): Promise<{ text: string | null; fault?: string }> {
    if (!this.#template) return { text: null }
    try {
      return { text: await this.#template.render(this.#shape(document)) }
    } catch (error) {
      this.#worker.log.error(errorText(error), error)
      return { text: null, fault: errorText(error) }
    }
  }
}

/** What a decorator made of the document may have no errors to add to. */
function withError(document: ResultDocument, message: string): ResultDocument {
  if (!Array.isArray(document.errors)) return document
  const error = { plugin: 'stoq', code: 'STOQ_TEMPLATE', message, payload_id: 0 }
  return { ...document, errors: [...document.errors, error] }
}

/** --out names a folder for documents, or a file that is there already: documents are added to it. */
function placeOf(worker: StoqWorkerPlugin): Partial<SaveKwargs> {
  if (!worker.outfile) return {}
  const out = resolve(worker.outfile)
  if (existsSync(out) && statSync(out).isFile())
    return { path: dirname(out), filename: basename(out), append: true }
  return { results_dir: out }
}

function isDocument(value: unknown): value is ResultDocument {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function describe(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value
}
