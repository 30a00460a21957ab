import assert from 'node:assert/strict'
import { test } from 'node:test'
import { services } from '../../scripts/services/all.ts'
import { revive, stateOf } from '../../scripts/services/control.ts'
import type { Service } from '../../scripts/services/service.ts'

/** A service by its name, as `npm run services` knows it. */
export function service(name: string): Service {
  const found = services.find(each => each.name === name)
  assert.ok(found, `there is no service ${name}`)
  return found
}

/**
 * A test against real servers: left out with the reason where one does not run, a failure in CI. A server that `up` has
 * started and that does not run any more is started again, and said so: the next test is not about that.
 */
export function serviceTest(names: string | string[], title: string, fn: () => Promise<void>): void {
  test(title, { timeout: 240_000 }, async context => {
    for (const name of [names].flat()) {
      const said = await revive(service(name))
      if (said !== null) context.diagnostic(`${name} did not run any more; the end of its log: ${said}`)
      const state = await stateOf(service(name))
      if (state === 'running') continue
      const reason = `${name} is ${state}: npm run services -- up --install ${name}`
      if (process.env['CI']) assert.fail(reason)
      context.skip(reason)
      return
    }
    await fn()
  })
}
