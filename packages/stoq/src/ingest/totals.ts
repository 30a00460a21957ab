/** What became of the payloads of a run: `ingested = saved + refused + failed + stopped` when it is over. */
export interface RunTotals {
  ingested: number
  /** Payloads whose documents are saved. */
  saved: number
  /** Payloads that their TLP forbids to scan, and files that were gone where that is no fault. */
  refused: number
  /** Payloads that could not be fetched, scanned or saved. */
  failed: number
  /** Payloads that waited when stoQ was stopped. */
  stopped: number
  documents: number
  /** Payloads with a document that has findings. */
  findings: number
  /** Root payloads and children. */
  payloads: number
  bytes: number
  /** Faults of plugins that are told in documents. */
  errors: number
  /** Faults outside of payloads: rule files left out, a source that ended early. */
  faults: number
}

export function emptyTotals(): RunTotals {
  return {
    ingested: 0,
    saved: 0,
    refused: 0,
    failed: 0,
    stopped: 0,
    documents: 0,
    findings: 0,
    payloads: 0,
    bytes: 0,
    errors: 0,
    faults: 0,
  }
}

/** Payloads that have come to their end. */
export function countEnded({ saved, refused, failed, stopped }: RunTotals): number {
  return saved + refused + failed + stopped
}

/** True when anything went wrong that the exit status should tell. */
export function hasTrouble(totals: RunTotals): boolean {
  return totals.failed > 0 || totals.errors > 0 || totals.faults > 0
}
