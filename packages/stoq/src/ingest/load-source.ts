import type { StoqSourcePlugin } from '../plugin/source.ts'
import type { StoqWorkerPlugin } from '../plugin/worker.ts'

/** The source that the options ask for; null for a worker that produces data itself. */
export async function loadSource(worker: StoqWorkerPlugin): Promise<StoqSourcePlugin | null> {
  const { namedPaths, error_queue, source_plugin, stoq } = worker
  if (!source_plugin && namedPaths.length === 0 && !error_queue) return null
  return worker.loadSource(source_plugin ?? stoq.settings.default_source)
}

/** Loads the connector of a source meanwhile; what is wrong with it is told with the first message. */
export function preloadArchive(
  worker: StoqWorkerPlugin,
  source: StoqSourcePlugin | null,
): StoqSourcePlugin | null {
  if (source?.archive) void worker.loadConnector(source.archive).catch(() => {})
  return source
}
