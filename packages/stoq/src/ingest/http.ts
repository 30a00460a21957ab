import type { IncomingMessage } from 'node:http'
import { errorText, StoqError } from '../errors.ts'
import { readBody } from './http-answer.ts'
import type { HttpData, HttpFile } from './http-body.ts'
import { type HttpRequest, prepare, redirected } from './http-request.ts'
import { hasAllowedPrefix } from './url-prefix.ts'

export interface HttpOptions {
  method: 'GET' | 'PUT' | 'POST'
  url: string
  /** Added to the query; null is left out. */
  params?: Readonly<Record<string, string | number | boolean | null>> | null
  headers?: Readonly<Record<string, string>> | null
  data?: HttpData | null
  /** Name of the field -> file; makes the body a multipart form. */
  files?: Readonly<Record<string, Uint8Array | HttpFile>> | null
  auth?: readonly [user: string, password: string] | null
  /** False: certificates are not checked. */
  verify?: boolean
  /** For everything together, redirects too. */
  timeoutSeconds?: number
  /** Largest body of an answer, counted as it comes and as it is unpacked. */
  maxBytes: number
  maxRedirects?: number
  /** Private, local and reserved addresses: none, all, or those in a list of addresses and CIDR blocks. */
  allowPrivate?: boolean | readonly string[]
  /** Beginnings of the addresses that may be asked; absent: all of http and https. */
  allowedPrefixes?: readonly string[]
  userAgent?: string
}

/** What a request to a web server may say beside its address. */
export type RequestOptions = Partial<Omit<HttpOptions, 'url' | 'method'>>

/**
 * The body of the answer. Throws STOQ_HTTP_STATUS (400 and above), STOQ_HTTP_REFUSED (the address may not be asked),
 * STOQ_PAYLOAD_TOO_LARGE or STOQ_HTTP_FAILED; when `signal` is aborted, its reason.
 */
export async function httpRequest(options: HttpOptions, signal?: AbortSignal): Promise<Uint8Array> {
  signal?.throwIfAborted()
  const seconds = options.timeoutSeconds ?? 30
  const timeout = AbortSignal.timeout(Math.ceil(Math.max(0, Math.min(seconds * 1000, longestTimer))))
  const stop = AbortSignal.any([timeout, ...(signal ? [signal] : [])])
  const { maxRedirects = 5 } = options
  const first = await prepare(options)
  let request = first
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    checkAddress(request, options.allowedPrefixes)
    try {
      const answer = await send(request, options, stop)
      const next = redirected(request, answer)
      if (!next) return await receive(request, answer, options.maxBytes)
      answer.destroy()
      request = next
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      if (timeout.aborted) throw failed(request, error, `no whole answer in ${seconds} s`)
      throw explain(request, error)
    }
  }
  throw failed(first, undefined, `it redirects more than ${maxRedirects} times`)
}

/** A timer of Node that is set for longer goes off at once. */
const longestTimer = 2 ** 31 - 1

function checkAddress({ url, name }: HttpRequest, prefixes: readonly string[] | undefined): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new StoqError('STOQ_HTTP_REFUSED', [name, 'only http and https are asked'])
  }
  if (prefixes && !hasAllowedPrefix(url, prefixes)) {
    throw new StoqError('STOQ_HTTP_REFUSED', [name, 'url_prefix_tuple in stoq.cfg does not allow it'])
  }
}

async function send(
  request: HttpRequest,
  options: HttpOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const isSecure = request.url.protocol === 'https:'
  const library = isSecure ? await import('node:https') : await import('node:http')
  const agent = await filteringAgent(isSecure, options.allowPrivate ?? false)
  const { method, headers } = request
  const settings = { method, headers, agent, signal, rejectUnauthorized: options.verify ?? true }
  return new Promise((resolve, reject) => {
    const outgoing = library.request(request.url, settings, resolve)
    outgoing.on('error', reject)
    outgoing.end(request.body)
  })
}

/** Looks at every address that a name leads to before it connects. */
async function filteringAgent(isSecure: boolean, allowPrivate: boolean | readonly string[]) {
  const filters = await import('request-filtering-agent')
  const all = allowPrivate === true
  const allowed = typeof allowPrivate === 'boolean' ? [] : [...allowPrivate]
  const settings = { allowPrivateIPAddress: all, allowMetaIPAddress: all, allowIPAddressList: allowed }
  return isSecure
    ? new filters.RequestFilteringHttpsAgent(settings)
    : new filters.RequestFilteringHttpAgent(settings)
}

async function receive(request: HttpRequest, answer: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const status = answer.statusCode ?? 0
  if (status >= 400) {
    answer.destroy()
    throw new StoqError('STOQ_HTTP_STATUS', [request.name, status])
  }
  return readBody(answer, maxBytes, request.name)
}

/** When a host has several addresses, the fault of the first one tells it. */
function explain(request: HttpRequest, error: unknown): unknown {
  if (error instanceof StoqError) return error
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  if (!(first instanceof Error) || !isFiltered(first)) return failed(request, error, errorText(first))
  const address = /lookup ([^(\s]+)\(/.exec(first.message)?.[1] ?? 'it'
  const reason = `${address} is a private or reserved address; allow_private_urls in stoq.cfg allows such`
  return new StoqError('STOQ_HTTP_REFUSED', [request.name, reason], { cause: error })
}

/** The agent has no code for what it refuses, only this text. */
function isFiltered(error: Error): boolean {
  return !('code' in error) && error.message.includes('is not allowed')
}

function failed(request: HttpRequest, cause: unknown, reason: string): StoqError {
  return new StoqError('STOQ_HTTP_FAILED', [request.name, reason], cause === undefined ? {} : { cause })
}
