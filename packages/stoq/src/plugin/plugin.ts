import type { Logger } from '../config/logger.ts'
import type { Budget } from '../pipeline/budget.ts'
import type { Stoq } from '../stoq.ts'
import type { PluginManifest } from './manifest.ts'

/** The bytes under analysis. */
export type Payload = Uint8Array

/** What comes with a payload: the message's metadata, the keywords of the rule, names and lineage. */
export interface Kwargs {
  filename?: string
  path?: string
  /** Lineage: id of the root first, own id last. */
  uuid?: string[]
  [name: string]: unknown
}

/** What a plugin call has to keep to. */
export interface PluginContext {
  /** Shared by a root payload and all its children; producers of bytes ask it before they go on. */
  readonly budget: Budget
  /** Aborted when time is up or stoQ stops. */
  readonly signal: AbortSignal
  /** Waits for a turn at what several calls share: the time that a call may take begins when it has the turn. */
  shared?<T>(turn: PromiseLike<T>): Promise<T>
}

/**
 * Metadata and content of one extracted, carved or decoded payload. The key `kwargs` of the metadata is not metadata: it is
 * handed as keywords to every plugin that sees the payload or what comes out of it (the words of a mail, as passwords).
 */
export type Extracted = readonly [meta: Record<string, unknown>, content: Uint8Array]

/** What extract, carve and decode may give back; null: nothing found. An iterable is read until the budget ends. */
export type ExtractedResult = Iterable<Extracted> | AsyncIterable<Extracted> | null

/** What every plugin is. Lifecycle: construct, options, `activate`, `heartbeat`, work, `deactivate`. */
export abstract class StoqPlugin {
  /** Facts from the `.stoq` file; set before `activate`. */
  manifest!: PluginManifest
  /** The framework; set by `activate`. */
  stoq!: Stoq
  /** Logger named `stoq.<category>.<name>`; set before `activate`. */
  log!: Logger
  /** Name of the worker that loaded this plugin. */
  parentname: string | null = null
  is_activated = false
  /** True when stoQ's version is outside `min_stoq_version` … `max_stoq_version`: it runs, after a warning. */
  incompatible_plugin = false
  /** Lowest stoQ version that the plugin is made for. */
  min_stoq_version = ''
  /** First stoQ version that the plugin is not made for. */
  max_stoq_version = ''
  /** What the plugin needs beside its payload: `subprocess`, `network`, `threads`, `addons`. Only scan processes that serve it get that. */
  needs_list: string[] = []
  /** True: `heartbeat` is started once after activation. */
  wants_heartbeat = false

  get name(): string {
    return this.manifest.name
  }

  get category(): string {
    return this.manifest.category
  }

  /** The folder that holds the `.stoq` file. */
  get plugin_path(): string {
    return this.manifest.path
  }

  /** `category:name`. */
  get id(): string {
    return `${this.manifest.category}:${this.manifest.name}`
  }

  /** Called once after the options are set. Anything but true, or a throw, is a failed load. */
  activate(stoq: Stoq, _options?: Record<string, unknown>): boolean | Promise<boolean> {
    this.stoq = stoq
    this.is_activated = true
    return true
  }

  /** Called when stoQ stops, always, in reverse order of activation. */
  deactivate(): void | Promise<void> {
    this.is_activated = false
  }

  /**
   * What `stoq doctor` asks for: null when everything outside of stoQ that the plugin needs (a service, a program, a file)
   * is there, else one line that says what is wrong, without credentials. Called after `activate`; it has 30 seconds.
   */
  check?(): Promise<string | null>

  /** Periodic work: loops by itself until `signal` is aborted. */
  heartbeat(_signal: AbortSignal): void | Promise<void> {}
}
