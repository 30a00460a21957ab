import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runPlugin } from 'stoq/testing'

const folder = import.meta.dirname

test('every address is told once, and cannot be opened by chance', async () => {
  const text = 'see http://a.example/x and <https://b.example>, again http://a.example/x'
  const { results } = await runPlugin(folder, text)
  assert.deepEqual(results, [{ count: 2, urls: ['hxxp://a[.]example/x', 'hxxps://b[.]example'] }])
})

test('options say which schemes count, how long an address may be, and whether it is written as it is', async () => {
  const options = { schemes_list: ['ftp'], longest: 12, defang: false }
  const { results } = await runPlugin(folder, 'http://a.example ftp://files.example/a', { options })
  assert.deepEqual(results, [{ count: 1, urls: ['ftp://files.'] }])
})

test('a payload of nothing but addresses does not make a document of any size', async () => {
  const text = Array.from({ length: 3000 }, (_, number) => `http://${number}.example`).join(' ')
  const [result] = (await runPlugin(folder, text)).results
  assert.equal((result as { count: number }).count, 1000)
})

test('a payload without addresses gives nothing', async () => {
  const { results } = await runPlugin(folder, 'http:/ is no address, nor is ://a.example')
  assert.deepEqual(results, [])
})
