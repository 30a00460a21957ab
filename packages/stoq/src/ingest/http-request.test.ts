import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { type HttpOptions, httpRequest } from './http.ts'
import { base, closeServer, port } from './http-server.fixture.ts'

after(closeServer)

type Options = Partial<Omit<HttpOptions, 'url'>>
const ask = (path: string, options: Options = {}) =>
  httpRequest({ method: 'GET', maxBytes: 100_000, allowPrivate: true, ...options, url: base + path })
const text = async (path: string, options?: Options) => Buffer.from(await ask(path, options)).toString()
const asked = async (path: string, options?: Options) => JSON.parse(await text(path, options))
const fails = (code: string, promise: Promise<unknown>, message = /./) =>
  assert.rejects(promise, { name: 'StoqError', code, message })

describe('a request', () => {
  test('asks for plain bytes, under the name that was set', async () => {
    const { headers } = await asked('/echo', { userAgent: 'stoQ' })
    assert.deepEqual([headers['accept-encoding'], headers['user-agent']], ['identity', 'stoQ'])
  })
  test('adds its parameters to the query and leaves what is there', async () => {
    const { url } = await asked('/echo?sign=a%20b', { params: { id: 1, name: 'x y', none: null } })
    assert.equal(url, '/echo?sign=a%20b&id=1&name=x+y')
  })
  test('has the headers of the caller, whose object is not changed', async () => {
    const headers = Object.freeze({ 'X-Key': 'k', 'User-Agent': 'mine' })
    const answer = await asked('/echo', {
      headers,
      auth: ['u', 'p'],
      data: { a: 'b' },
      method: 'POST',
      userAgent: 'stoQ',
    })
    assert.deepEqual([answer.headers['x-key'], answer.headers['user-agent']], ['k', 'mine'])
  })
  test('logs in', async () => {
    const { headers } = await asked('/echo', { auth: ['user', 'p:ss'] })
    assert.equal(headers.authorization, `Basic ${btoa('user:p:ss')}`)
  })
  test('logs in with what the address says', async () => {
    const url = `http://us%40er:%zz@127.0.0.1:${port}/echo`
    const answer = await httpRequest({ method: 'GET', url, maxBytes: 10_000, allowPrivate: true })
    assert.equal(
      JSON.parse(Buffer.from(answer).toString()).headers.authorization,
      `Basic ${btoa('us@er:%zz')}`,
    )
  })
})

describe('the body of a request', () => {
  test('is bytes', async () => {
    const { method, body, headers } = await asked('/echo', { method: 'PUT', data: Uint8Array.of(0, 255) })
    assert.deepEqual([method, body, headers['content-length']], ['PUT', '\0\xFF', '2'])
  })
  test('is nothing', async () => {
    const { body, headers } = await asked('/echo', { method: 'PUT', data: null })
    assert.deepEqual([body, headers['content-length']], ['', '0'])
  })
  test('is text', async () =>
    assert.equal((await asked('/echo', { method: 'POST', data: 'a=b' })).body, 'a=b'))
  test('is a form of fields', async () => {
    const { body, headers } = await asked('/echo', { method: 'POST', data: { a: 'x y', b: '&' } })
    assert.deepEqual([body, headers['content-type']], ['a=x+y&b=%26', 'application/x-www-form-urlencoded'])
  })
  test('is a form of files', async () => {
    const files = {
      one: Uint8Array.of(0, 255),
      two: { filename: 'a"\r\n.txt', content: Buffer.from('two'), type: 'text/plain' },
    }
    const { body, headers } = await asked('/echo', { method: 'POST', files, data: { field: 'value' } })
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(headers['content-type'])?.[1]
    assert.match(body, new RegExp(`^--${boundary}\r\n`))
    assert.match(body, /name="field"\r\n\r\nvalue\r\n/)
    assert.match(
      body,
      /name="one"; filename="one"\r\nContent-Type: application\/octet-stream\r\n\r\n\0\xFF\r\n/,
    )
    assert.match(body, /name="two"; filename="a%22%0D%0A\.txt"\r\nContent-Type: text\/plain\r\n\r\ntwo\r\n/)
  })
  test('is not a form of files and a text', () =>
    fails(
      'STOQ_HTTP_FAILED',
      ask('/echo', { method: 'POST', files: {}, data: 'text' }),
      /data must be an object/,
    ))
})

describe('a redirect', () => {
  const sent = async (status: number, method: 'GET' | 'POST' | 'PUT') => {
    const { method: got, body, headers } = await asked(`/${status}`, { method, data: { a: 'b' } })
    return [got, body, headers['content-type']]
  }
  const form = 'application/x-www-form-urlencoded'
  test('301 makes a POST a GET', async () =>
    assert.deepEqual(await sent(301, 'POST'), ['GET', '', undefined]))
  test('301 leaves a PUT', async () => assert.deepEqual(await sent(301, 'PUT'), ['PUT', 'a=b', form]))
  test('302 and 303 make a GET', async () => {
    assert.deepEqual(await sent(302, 'PUT'), ['GET', '', undefined])
    assert.deepEqual(await sent(303, 'POST'), ['GET', '', undefined])
  })
  test('307 and 308 repeat the request', async () => {
    assert.deepEqual(await sent(307, 'POST'), ['POST', 'a=b', form])
    assert.deepEqual(await sent(308, 'PUT'), ['PUT', 'a=b', form])
  })
  test('without a place to go is the answer', async () => assert.equal(await text('/304'), ''))
  test('on the same host keeps the login', async () => {
    assert.ok((await asked('/302', { auth: ['u', 'p'] })).headers.authorization)
  })
  test('to another host takes neither login nor keys along, nor a login of its own', async () => {
    const headers = {
      'x-apikey': 'secret',
      cookie: 'secret',
      authorization: 'secret',
      'accept-language': 'en',
    }
    const answer = await asked('/other-host', { headers, method: 'POST', data: 'x' })
    assert.doesNotMatch(JSON.stringify(answer.headers), /secret|Basic/)
    assert.equal(answer.headers['accept-language'], 'en')
  })
  test('that goes round in a circle ends', () =>
    fails('STOQ_HTTP_FAILED', ask('/loop'), /\/loop failed: it redirects more than 5 times/))
  test('may be forbidden', () => fails('STOQ_HTTP_FAILED', ask('/302', { maxRedirects: 0 })))
  test('is not read to its end', async () => assert.equal(await text('/endless-redirect'), 'payload'))
  test('to a private address is refused', () =>
    fails(
      'STOQ_HTTP_REFUSED',
      ask('/metadata', { allowPrivate: ['127.0.0.1'] }),
      /-> http:\/\/169\.254\.169\.254.* is refused/,
    ))
  test('to a neighbour of an allowed address is refused', () =>
    fails(
      'STOQ_HTTP_REFUSED',
      ask('/neighbour', { allowPrivate: ['127.0.0.1/32'] }),
      /127\.0\.0\.2 is a private/,
    ))
  test('to an address that is not allowed is refused', () =>
    fails(
      'STOQ_HTTP_REFUSED',
      ask('/other-host', { allowedPrefixes: [base] }),
      /-> http:\/\/localhost.* url_prefix_tuple/,
    ))
  test('to a file is refused', () => fails('STOQ_HTTP_REFUSED', ask('/to-file'), /only http and https/))
  test('to nowhere fails', () => fails('STOQ_HTTP_FAILED', ask('/to-nowhere'), /not an address/))
})
