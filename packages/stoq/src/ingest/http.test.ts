import assert from 'node:assert/strict'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { type HttpOptions, httpRequest } from './http.ts'
import { base, closeServer, port } from './http-server.fixture.ts'
import { selfSigned } from './self-signed.fixture.ts'

after(closeServer)

type Options = Partial<Omit<HttpOptions, 'url'>>
const ask = (path: string, options: Options = {}, signal?: AbortSignal) =>
  httpRequest({ method: 'GET', maxBytes: 100_000, allowPrivate: true, ...options, url: base + path }, signal)
const text = async (path: string, options?: Options) => Buffer.from(await ask(path, options)).toString()
const fails = (code: string, promise: Promise<unknown>, message = /./) =>
  assert.rejects(promise, { name: 'StoqError', code, message })

describe('the body of the answer', () => {
  test('is given as bytes', async () => {
    const bytes = await ask('/ok')
    assert.equal(Object.getPrototypeOf(bytes), Uint8Array.prototype)
    assert.equal(Buffer.from(bytes).toString(), 'payload')
  })
  test('may be empty', async () => assert.equal(await text('/empty'), ''))
  test('may come byte by byte', async () => assert.equal((await text('/bytewise')).length, 5000))
  for (const coding of ['gzip', 'deflate', 'br', 'zstd']) {
    test(`is unpacked from ${coding}`, async () => assert.equal(await text(`/${coding}`), 'payload'))
  }
  test('stays as it is in a coding that is not known', async () =>
    assert.equal(await text('/unknown-coding'), 'payload'))
  test('may be nothing in gzip', async () => assert.equal(await text('/empty-gzip'), ''))
})

describe('an address is refused', () => {
  const refusesUrl = (url: string, message: RegExp, options: Options = {}) =>
    test(url, () =>
      fails('STOQ_HTTP_REFUSED', httpRequest({ method: 'GET', maxBytes: 10, url, ...options }), message),
    )
  for (const host of [
    '127.0.0.1',
    '10.1.2.3',
    '192.168.0.1',
    '172.16.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
  ]) {
    refusesUrl(`http://${host}/`, /private or reserved address; allow_private_urls/)
  }
  for (const host of [
    '[::1]',
    '[fe80::1]',
    '[fd00::1]',
    '[::ffff:127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '2130706433',
    '0x7f.1',
  ]) {
    refusesUrl(`http://${host}/`, /private or reserved/)
  }
  refusesUrl('https://127.0.0.1/', /private or reserved/)
  refusesUrl('http://localhost/', /private or reserved/)
  refusesUrl('ftp://example.com/', /only http and https/)
  refusesUrl('file:///etc/passwd', /only http and https/)
  refusesUrl('no address', /it is not an address/)
  refusesUrl('http://good.example.evil.example/', /url_prefix_tuple/, {
    allowedPrefixes: ['http://good.example'],
  })
})

describe('an answer is not taken', () => {
  test('when its status says so', async () => {
    await fails('STOQ_HTTP_STATUS', ask('/gone'), /^http:\/\/127\.0\.0\.1:\d+\/gone answered 404$/)
    await fails('STOQ_HTTP_STATUS', ask('/broken'), /answered 500$/)
  })
  const tooLarge = (path: string, maxBytes = 1000) =>
    test(`when it is too large: ${path}`, () =>
      fails('STOQ_PAYLOAD_TOO_LARGE', ask(path, { maxBytes }), /is larger than \d+ bytes$/))
  tooLarge('/endless')
  tooLarge('/lying')
  tooLarge('/bytewise')
  tooLarge('/bomb', 100_000)
  tooLarge('/br-bomb', 100_000)
  test('but may be exactly as large as is allowed', async () =>
    assert.equal((await text('/ok', { maxBytes: 7 })).length, 7))
  for (const path of ['/half', '/half-gzip', '/no-gzip', '/garbage']) {
    test(`when it does not come whole: ${path}`, () => fails('STOQ_HTTP_FAILED', ask(path)))
  }
  for (const path of ['/slow', '/silent']) {
    test(`when it takes too long: ${path}`, () =>
      fails('STOQ_HTTP_FAILED', ask(path, { timeoutSeconds: 0.2 }), /no whole answer in 0\.2 s/))
  }
  test('when nobody is there', () =>
    fails(
      'STOQ_HTTP_FAILED',
      httpRequest({ method: 'GET', url: 'http://127.0.0.1:1/', maxBytes: 1, allowPrivate: true }),
      /ECONNREFUSED/,
    ))
  test('when the caller stops', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort('stopped'), 50)
    await assert.rejects(ask('/slow', {}, stop.signal), reason => reason === 'stopped')
    await assert.rejects(ask('/ok', {}, stop.signal), reason => reason === 'stopped')
  })
})

describe('messages hold no secrets', () => {
  const message = (url: string, options: Options = {}) =>
    httpRequest({ method: 'GET', maxBytes: 1, url, allowPrivate: true, ...options }).catch(error =>
      inspect(error, { depth: 9, showHidden: true }),
    )
  for (const path of ['/gone', '/loop', '/half', '/ok']) {
    test(path, async () => {
      const options = {
        params: { key: 'secret' },
        auth: ['me', 'secret'],
        headers: { 'x-key': 'secret' },
      } as const
      const text = await message(`http://me:secret@127.0.0.1:${port}${path}?k=secret#secret`, options)
      assert.doesNotMatch(String(text), /secret/)
    })
  }
  test('not even of what is no address', async () => {
    assert.doesNotMatch(String(await message('http://me:secret@[x?key=secret')), /secret/)
  })
})

describe('a certificate that nobody vouches for', () => {
  const secure = createServer(selfSigned(), (_request, response) => void response.end('payload')).listen(
    0,
    '127.0.0.1',
  )
  after(() => secure.close())
  const askSecure = (verify?: boolean) => {
    const { port: securePort } = secure.address() as AddressInfo
    const url = `https://127.0.0.1:${securePort}/`
    return httpRequest({
      method: 'GET',
      maxBytes: 10,
      allowPrivate: true,
      url,
      ...(verify === undefined ? {} : { verify }),
    })
  }
  test('is not taken', () => fails('STOQ_HTTP_FAILED', askSecure(), /self-signed certificate/))
  test('is taken when the caller wants that', async () => {
    assert.equal(Buffer.from(await askSecure(false)).toString(), 'payload')
  })
})
