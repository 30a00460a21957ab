import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { dumps, errorText, loads, type Message, type Receipt, StoqError, StoqSourcePlugin } from 'stoq'

/** A queue without a server: each message is a JSON file in `<folder>/<queue>`, taken in the order of the names. */
export class JobsSource extends StoqSourcePlugin {
  override archive = 'file'
  override durable = true
  folder = 'jobs'
  wait_seconds = 0

  /** The queue is `-Q`, else that of the worker's name; with `-E` its error queue. */
  async ingest(signal: AbortSignal): Promise<void> {
    const { source_queue, name, error_queue } = this.stoq.worker
    const key = source_queue ?? name
    const queue = this.#folder(key, error_queue)
    const open = new Map<string, Promise<void>>()
    while (!signal.aborted) {
      const files = (await readdir(queue).catch(() => [])).filter(file => file.endsWith('.json')).sort()
      const fresh = files.filter(file => !open.has(file))
      for (const file of fresh) {
        if (signal.aborted) break
        const receipt = await this.#put(join(queue, file), key)
        open.set(file, this.#settle(join(queue, file), receipt))
      }
      if (fresh.length > 0) continue
      if (this.wait_seconds === 0) break
      await setTimeout(this.wait_seconds * 1000, undefined, { signal }).catch(() => {})
    }
    await Promise.all(open.values())
  }

  /** Puts a message on queue `key`, the highest priority first; resolves when it is on the disk. */
  override async publish(message: Message, key: string, err = false, priority = 0): Promise<void> {
    if (message.payload)
      throw new StoqError('STOQ_PLUGIN_FAILED', [this.id, 'its messages name payloads, they hold none'])
    const queue = this.#folder(key, err)
    const name = `${String(10 - priority).padStart(2, '0')}-${Date.now()}-${this.stoq.getUuid()}`
    await mkdir(queue, { recursive: true })
    await writeFile(join(queue, name), dumps(message), { flush: true })
    await rename(join(queue, name), join(queue, `${name}.json`))
  }

  /** Waits here while too many messages wait. What is no message goes to the error queue as it is. */
  async #put(file: string, key: string): Promise<Receipt | null> {
    try {
      return await this.stoq.worker.multiprocessPut(loads(await readFile(file, 'utf8')) as Message)
    } catch (error) {
      this.log.error(`${file}: ${errorText(error)}`, error)
      await mkdir(this.#folder(key, true), { recursive: true })
      await rename(file, join(this.#folder(key, true), basename(file)))
      return null
    }
  }

  /** The file goes when its documents are saved; one that is not done stays for the next run. */
  async #settle(file: string, receipt: Receipt | null): Promise<void> {
    const outcome = await receipt?.done
    if (outcome?.acknowledge) await rm(file, { force: true })
  }

  #folder(key: string, err: boolean): string {
    if (!/^\w[\w.-]*$/.test(key))
      throw new StoqError('STOQ_PLUGIN_FAILED', [this.id, `'${key}' is no name of a queue`])
    return resolve(this.stoq.settings.base_dir, this.folder, err ? `${key}-errors` : key)
  }
}
