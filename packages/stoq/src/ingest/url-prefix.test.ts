import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hasAllowedPrefix } from './url-prefix.ts'

const allows = (prefix: string, url: string) => hasAllowedPrefix(new URL(url), [prefix])
const yes = (prefix: string, url: string) =>
  test(`${prefix} allows ${url}`, () => assert.ok(allows(prefix, url)))
const no = (prefix: string, url: string) =>
  test(`${prefix} does not allow ${url}`, () => assert.ok(!allows(prefix, url)))

describe('a scheme', () => {
  yes('http://', 'http://any.example/x')
  yes('HTTPS://', 'https://any.example/')
  no('https://', 'http://any.example/')
})

describe('a host', () => {
  yes('https://good.example', 'https://good.example/any')
  yes('https://good.example', 'https://GOOD.example:443/')
  no('https://good.example', 'https://good.example.evil.example/')
  no('https://good.example', 'https://good.example@evil.example/')
  no('https://good.example', 'https://good.example:8443/')
  no('https://good.example', 'http://good.example/')
})

describe('a path', () => {
  yes('https://good.example/files', 'https://good.example/files')
  yes('https://good.example/files', 'https://good.example/files/a')
  yes('https://good.example/files', 'https://good.example/files?id=1')
  yes('https://good.example/files/', 'https://good.example/files/a')
  no('https://good.example/files', 'https://good.example/files-of-others')
  no('https://good.example/files/', 'https://good.example/files')
  no('https://good.example/files/', 'https://good.example/files/../other')
  no('https://good.example/files/', 'https://good.example/files/%2e%2e/other')
})

describe('a query', () => {
  yes('https://good.example/get?id=', 'https://good.example/get?id=12')
  no('https://good.example/get?id=', 'https://good.example/get?name=12')
})

describe('what is no prefix', () => {
  no('', 'http://any.example/')
  no('http', 'http://any.example/')
  no('http:\\/\\/', 'http://any.example/')
  no('ftp://any.example/', 'http://any.example/')
  test('no prefix at all allows nothing', () =>
    assert.ok(!hasAllowedPrefix(new URL('http://any.example/'), [])))
  test('one of several is enough', () =>
    assert.ok(hasAllowedPrefix(new URL('http://a.example/'), ['https://', 'http://'])))
})
