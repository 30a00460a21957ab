import type { LogForward } from '../config/logger.ts'
import type { Settings } from '../config/settings.ts'
import type { Right } from '../pipeline/rights.ts'
import type { PluginManifest } from '../plugin/manifest.ts'

/** What a scan process knows of the stoQ that it works for. */
export interface Inherited {
  settings: Readonly<Settings>
  plugins: PluginManifest[]
  rights: readonly Right[]
  forward: LogForward
}
