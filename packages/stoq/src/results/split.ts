import type { ResultDocument } from './types.ts'

/** One document for each entry: everything that stands above the entries is in each; errors and cuts are the entry's own. */
export function splitDocument(document: ResultDocument): ResultDocument[] {
  const { results, errors, truncated } = document
  // A decorator may have made something else of it.
  if (!Array.isArray(results) || results.length === 0) return [document]
  return results.map(entry => ({
    ...document,
    id: `${document.id}.${entry.payload_id}`,
    results: [entry],
    ...(Array.isArray(errors) && { errors: errors.filter(error => error.payload_id === entry.payload_id) }),
    ...(Array.isArray(truncated) && {
      truncated: truncated.filter(cut => cut.payload_id === entry.payload_id),
    }),
  }))
}
