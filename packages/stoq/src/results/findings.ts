import type { ResultDocument, ResultEntry } from './types.ts'

/** True when a plugin had anything to say: a scan result, a result of a dispatched worker, or a child. */
export function hasFindings(document: ResultDocument): boolean {
  return document.results.length > 1 || document.results.some(saysSomething)
}

function saysSomething({ scan, workers }: ResultEntry): boolean {
  return !isEmpty(scan) || Object.values(workers ?? {}).some(result => !isEmpty(result))
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true
  if (typeof value !== 'object') return false
  if (value instanceof Map || value instanceof Set) return value.size === 0
  if (ArrayBuffer.isView(value)) return value.byteLength === 0
  const isPlain = Array.isArray(value) || [null, Object.prototype].includes(Object.getPrototypeOf(value))
  return isPlain && Object.keys(value).length === 0
}
