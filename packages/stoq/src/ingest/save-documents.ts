import type { StoqWorkerPlugin } from '../plugin/worker.ts'
import { hasFindings } from '../results/findings.ts'
import type { DocumentOutput } from '../results/output.ts'
import type { ResultDocument } from '../results/types.ts'
import { documentIds } from './document-id.ts'
import type { Message } from './message.ts'
import type { RunTotals } from './totals.ts'

/** What documents are saved with. */
interface Saving {
  worker: StoqWorkerPlugin
  output: DocumentOutput
  totals: RunTotals
}

/** Gives the documents of a message their ids, decorates, counts and saves them; the number of those saved. Throws when one was not. */
export async function saveDocuments(
  { worker, output, totals }: Saving,
  message: Message,
  documents: readonly ResultDocument[],
): Promise<number> {
  let saved = 0
  const ids = documentIds(worker.name, message, documents)
  for (const [index, document] of documents.entries()) {
    document.id = ids[index] ?? ''
    const decorated = await output.decorate(document)
    totals.payloads += document.results.length
    const found = hasFindings(document)
    if (found) totals.findings++
    totals.errors += document.errors.length
    if (!found && document.errors.length === 0 && worker.findings_only) continue
    totals.errors += await output.save(decorated, () => void saved++)
  }
  totals.documents += saved
  return saved
}
