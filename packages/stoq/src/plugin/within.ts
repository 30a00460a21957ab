import { StoqError } from '../errors.ts'

/** Milliseconds of the longest timer: Node lets longer ones fire at once. */
export const longestTimer = 2 ** 31 - 1

/** Waits for a call of a plugin outside of a scan, no longer than so many seconds. Throws STOQ_PLUGIN_FAILED then. */
export async function within<T>(work: T | PromiseLike<T>, seconds: number, id: string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const fault = () => reject(new StoqError('STOQ_PLUGIN_FAILED', [id, `no answer within ${seconds} s`]))
  const timer = setTimeout(fault, Math.min(seconds * 1000, longestTimer))
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
