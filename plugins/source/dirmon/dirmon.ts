import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorText, type Stoq, StoqError, StoqSourcePlugin } from 'stoq'
import { Journal } from './journal.ts'
import { Monitor, type MonitorRules, type Settled } from './monitor.ts'

/** Milliseconds between two looks at what has settled. */
const tick = 200

const endings = ['keep', 'move', 'remove'] as const

/** Watches directories: every file that is new, or has changed, is ingested once it is no longer written to. */
export class DirMonSource extends StoqSourcePlugin {
  recursive = false
  hidden = false
  patterns_list: string[] = []
  ignore_list: string[] = []
  settle_seconds = 2
  rescan_seconds = 30
  after = 'keep'
  move_to = ''
  failed_to = ''
  stop_when_idle = 0
  override archive = 'file'
  override durable = true
  override filesMayVanish = true
  readonly #monitors: Monitor[] = []
  readonly #inWork = new Set<Promise<void>>()

  override activate(stoq: Stoq): boolean | Promise<boolean> {
    const wrong = (option: string, wanted: string, got: string) =>
      new StoqError('STOQ_PLUGIN_OPTION', [this.id, option, 'its options', wanted, got])
    if (!endings.some(word => word === this.after))
      throw wrong('after', `one of ${endings.join(', ')}`, this.after)
    if (this.after === 'move' && !this.move_to) throw wrong('move_to', 'a folder, for after = move', '')
    return super.activate(stoq)
  }

  async ingest(signal: AbortSignal): Promise<boolean> {
    const roots = new Set(this.stoq.worker.namedPaths.map(path => resolve(path)))
    if (roots.size === 0)
      throw new StoqError('STOQ_CLI_USAGE', ['dirmon watches directories: name them with -F'])
    // With --cron they are there already.
    for (const root of this.#monitors.length > 0 ? [] : roots) {
      const monitor = await this.#openMonitor(root)
      this.#monitors.push(monitor)
      this.log.info(`watches ${root}`)
    }
    await this.#loop(signal)
    return true
  }

  /** What was in work when stoQ stopped is entered in the journal. */
  override async deactivate(): Promise<void> {
    await Promise.all(this.#inWork)
    for (const monitor of this.#monitors.splice(0)) await monitor.close()
    await super.deactivate()
  }

  async #openMonitor(root: string): Promise<Monitor> {
    if (!(await isDirectory(root)))
      throw new StoqError('STOQ_SOURCE_UNREADABLE', [root, 'dirmon watches directories, and this is none'])
    const { base_dir } = this.stoq.settings
    const folder = (option: string) => (option ? resolve(base_dir, option) : '')
    const rules: MonitorRules = {
      recursive: this.recursive,
      hidden: this.hidden,
      patterns: this.patterns_list.filter(Boolean),
      ignored: this.ignore_list.filter(Boolean),
      settle: this.settle_seconds,
      rescan: this.rescan_seconds,
      after: this.after as MonitorRules['after'],
      moveTo: folder(this.move_to),
      failedTo: folder(this.failed_to),
    }
    for (const target of [rules.moveTo, rules.failedTo]) {
      if (target === root)
        throw new StoqError('STOQ_PLUGIN_FAILED', [this.id, `${root} cannot be watched and moved into`])
    }
    const place = { state: join(base_dir, 'state'), worker: this.stoq.worker.name, directory: root }
    return new Monitor(root, rules, new Journal(place, this.log), this.log)
  }

  async #loop(signal: AbortSignal): Promise<void> {
    let lastFile = performance.now()
    while (!signal.aborted) {
      for (const monitor of this.#monitors)
        for await (const file of monitor.settled(signal)) await this.#put(monitor, file)
      if (this.#inWork.size > 0 || !this.#monitors.every(({ isIdle }) => isIdle)) lastFile = performance.now()
      if (this.stop_when_idle > 0 && performance.now() - lastFile > this.stop_when_idle * 1000) return
      await sleep(tick, null, { signal }).catch(() => {})
    }
  }

  /** Waits while the queue is full. */
  async #put(monitor: Monitor, file: Settled): Promise<void> {
    const { done } = await this.stoq.worker.multiprocessPut({ path: file.path, archive: this.archive })
    const finishing = done
      .then(outcome => monitor.finish(file, outcome))
      .catch(error => this.log.error(`${file.path}: ${errorText(error)}`, error))
      .finally(() => this.#inWork.delete(finishing))
    this.#inWork.add(finishing)
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}
