import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { type Clock, parseRateLimit, RateLimit } from './rate-limit.ts'

/** A clock that goes on only while somebody sleeps, and then by `late` more than was asked for. */
function testClock(late = 0): Clock & { time: number; asked: number[] } {
  return {
    time: 0,
    asked: [],
    now() {
      return this.time
    },
    async sleep(milliseconds, signal) {
      signal.throwIfAborted()
      this.asked.push(milliseconds)
      await setImmediate()
      signal.throwIfAborted()
      this.time += milliseconds + late
    },
  }
}

const never = new AbortController().signal

async function startTimes(limit: RateLimit, clock: Clock, starts: number): Promise<number[]> {
  const times: number[] = []
  for (let start = 0; start < starts; start++) {
    await limit.wait(never)
    times.push(clock.now())
  }
  return times
}

describe('a rate is written as count/seconds', () => {
  test('as two whole numbers', () => assert.deepEqual(parseRateLimit('10/60'), { count: 10, seconds: 60 }))
  test('with blanks around them', () => assert.deepEqual(parseRateLimit(' 1 / 5 '), { count: 1, seconds: 5 }))
  for (const text of [
    '',
    '5',
    '1/',
    '/5',
    '0/5',
    '5/0',
    '-1/5',
    '1.5/2',
    '1/2/3',
    'a/b',
    '1/5s',
    '1000000/1',
    '1'.repeat(1e6),
  ]) {
    test(`'${text.slice(0, 20)}' is refused`, () => {
      assert.throws(() => parseRateLimit(text, 'slack.stoq'), {
        code: 'STOQ_CONFIG_VALUE',
        message: /^slack\.stoq: 'ratelimit' must be count\/seconds, such as 10\/60, got '.{0,80}'$/,
      })
    })
  }
  test('every count and seconds is read back', () => {
    const number = fc.integer({ min: 1, max: 999_999 })
    fc.assert(
      fc.property(number, number, (count, seconds) => {
        assert.deepEqual(parseRateLimit(`${count}/${seconds}`), { count, seconds })
      }),
    )
  })
})

describe('a rate limit', () => {
  test('lets the first start at once', async () => {
    const clock = testClock()
    await new RateLimit({ count: 1, seconds: 5 }, clock).wait(never)
    assert.deepEqual(clock.asked, [])
  })

  test('keeps seconds / count between starts', async () => {
    const clock = testClock()
    const times = await startTimes(new RateLimit({ count: 4, seconds: 2 }, clock), clock, 4)
    assert.deepEqual(times, [0, 500, 1000, 1500])
  })

  test('is one limit for all who wait at the same time, first come first served', async () => {
    const clock = testClock()
    const limit = new RateLimit({ count: 1, seconds: 1 }, clock)
    const order: [string, number][] = []
    const wait = (name: string) => limit.wait(never).then(() => order.push([name, clock.time]))
    await Promise.all(['a', 'b', 'c'].map(wait))
    assert.deepEqual(order, [
      ['a', 0],
      ['b', 1000],
      ['c', 2000],
    ])
  })

  test('does not add up how late its timers are', async () => {
    const clock = testClock(3)
    const times = await startTimes(new RateLimit({ count: 10, seconds: 1 }, clock), clock, 1001)
    assert.equal(times.at(-1), 100_003)
  })

  test('does not let those catch up who were idle', async () => {
    const clock = testClock()
    const limit = new RateLimit({ count: 1, seconds: 1 }, clock)
    await limit.wait(never)
    clock.time += 60_000
    assert.deepEqual(await startTimes(limit, clock, 3), [60_000, 61_000, 62_000])
  })

  test('does not let those catch up whose timer was very late', async () => {
    const clock = testClock(5000)
    assert.deepEqual(
      await startTimes(new RateLimit({ count: 1, seconds: 1 }, clock), clock, 3),
      [0, 6000, 12_000],
    )
  })

  test('sleeps a very long gap in parts that a timer can hold', async () => {
    const clock = testClock()
    await startTimes(new RateLimit({ count: 1, seconds: 3_000_000 }, clock), clock, 2)
    assert.deepEqual(clock.asked, [2 ** 31 - 1, 3_000_000_000 - (2 ** 31 - 1)])
  })

  test('works on the real clock', async () => {
    const limit = new RateLimit({ count: 1000, seconds: 1 })
    const begin = performance.now()
    for (let start = 0; start < 20; start++) await limit.wait(never)
    assert.ok(performance.now() - begin >= 17)
  })
})

describe('who is aborted', () => {
  test('before the wait is refused and takes no turn', async () => {
    const clock = testClock()
    const limit = new RateLimit({ count: 1, seconds: 1 }, clock)
    await assert.rejects(limit.wait(AbortSignal.abort('stop')), reason => reason === 'stop')
    assert.deepEqual(await startTimes(limit, clock, 1), [0])
  })

  test('while asleep or in the queue is refused at once', async () => {
    const limit = new RateLimit({ count: 1, seconds: 999_999 })
    const [sleeper, queued] = [new AbortController(), new AbortController()]
    await limit.wait(never)
    const first = limit.wait(sleeper.signal)
    const second = limit.wait(queued.signal)
    queued.abort('second')
    await assert.rejects(second, reason => reason === 'second')
    sleeper.abort('first')
    await assert.rejects(first, reason => reason === 'first')
  })

  test('leaves those behind it in their order', async () => {
    const clock = testClock()
    const limit = new RateLimit({ count: 1, seconds: 1 }, clock)
    const leaving = new AbortController()
    const waits = [limit.wait(never), limit.wait(leaving.signal), limit.wait(never)]
    leaving.abort('left')
    const results = await Promise.allSettled(waits)
    assert.deepEqual(
      results.map(result => result.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    assert.equal(clock.time, 1000)
  })
})
