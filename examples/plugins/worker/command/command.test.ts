import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runPlugin } from 'stoq/testing'

const folder = import.meta.dirname

test('what the program prints is kept, with its status', async () => {
  const { results } = await runPlugin(folder, 'three words here\n', {
    options: { command_list: ['wc', '-w'] },
  })
  assert.deepEqual(results, [{ status: 0, output: '3' }])
})

test('a program that is not there is a fault that names it', async () => {
  const { fault } = await runPlugin(folder, 'x', { options: { command_list: ['no-such-program'] } })
  assert.match(String(fault), /no-such-program/)
})

test('a program that prints too much is ended', async () => {
  const options = { command_list: ['cat'], max_output: 10 }
  const { fault } = await runPlugin(folder, 'more than ten bytes', { options })
  assert.equal(fault?.code, 'STOQ_BUDGET')
})
