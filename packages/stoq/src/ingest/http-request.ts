import type { IncomingMessage } from 'node:http'
import { StoqError } from '../errors.ts'
import type { HttpOptions } from './http.ts'
import { encodeBody } from './http-body.ts'

/** One request, as it stands after the redirects so far. */
export interface HttpRequest {
  url: URL
  method: HttpOptions['method']
  headers: Record<string, string>
  body: Uint8Array | undefined
  /** For messages: address, and where it redirected to. Holds neither login nor query, which may be secret. */
  name: string
}

/** The request that the options ask for. Throws STOQ_HTTP_REFUSED when it has no address. */
export async function prepare(options: HttpOptions): Promise<HttpRequest> {
  const url = URL.parse(options.url)
  if (!url) throw new StoqError('STOQ_HTTP_REFUSED', [withoutSecrets(options.url), 'it is not an address'])
  const body = await encodeBody(options.data, options.files)
  const headers: Record<string, string> = { accept: '*/*', 'accept-encoding': 'identity' }
  if (options.userAgent) headers['user-agent'] = options.userAgent
  if (body?.type) headers['content-type'] = body.type
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = value
  const login = options.auth ?? loginOf(url)
  if (login) headers['authorization'] = `Basic ${Buffer.from(login.join(':')).toString('base64')}`
  const target = withParams(url, options.params ?? {})
  return { url: target, method: options.method, headers, body: body?.bytes, name: nameOf(target) }
}

/** The request that a redirect asks for, or null when the answer is none. Only 307 and 308 are sure to repeat a POST or a PUT. */
export function redirected(request: HttpRequest, answer: IncomingMessage): HttpRequest | null {
  const status = answer.statusCode ?? 0
  const { location } = answer.headers
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return null
  const url = URL.parse(Buffer.from(location, 'latin1').toString(), request.url)
  if (!url) throw new StoqError('STOQ_HTTP_FAILED', [request.name, 'it redirects to what is not an address'])
  const target = withParams(url, {})
  const isGet = status === 302 || status === 303 || (status === 301 && request.method === 'POST')
  return {
    url: target,
    method: isGet ? 'GET' : request.method,
    headers: headersFor(request, isGet, target.origin === request.url.origin),
    body: isGet ? undefined : request.body,
    name: `${request.name} -> ${nameOf(target)}`,
  }
}

/** What any host may see. Other headers may be keys: they go only to the host that they were meant for. */
const harmless = new Set(['accept', 'accept-encoding', 'accept-language', 'content-type', 'user-agent'])

function headersFor(request: HttpRequest, isGet: boolean, isSameHost: boolean): Record<string, string> {
  const kept = Object.entries(request.headers).filter(([name]) => isSameHost || harmless.has(name))
  return Object.fromEntries(kept.filter(([name]) => !isGet || !name.startsWith('content-')))
}

function loginOf(url: URL): [user: string, password: string] | null {
  if (url.username === '' && url.password === '') return null
  return [decodePercent(url.username), decodePercent(url.password)]
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // Not percent-encoded after all.
    return text
  }
}

/** The query that is there stays as it is written: some servers sign it. The login has become a header. */
function withParams(url: URL, params: NonNullable<HttpOptions['params']>): URL {
  const given = Object.entries(params).filter(([, value]) => value !== null && value !== undefined)
  const added = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  const target = new URL(url)
  target.username = target.password = target.hash = ''
  if (added !== '') target.search = target.search === '' ? added : `${target.search}&${added}`
  return target
}

function nameOf(url: URL): string {
  return shorten(`${url.protocol}//${url.host}${url.pathname}${url.search === '' ? '' : '?…'}`)
}

function withoutSecrets(text: string): string {
  return shorten(text.replace(/^.*@/s, '').replace(/[?#].*$/s, '?…'))
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
