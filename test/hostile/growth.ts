import assert from 'node:assert/strict'

/** Milliseconds that are lost in the noise of a busy machine. */
const noise = 8
/** Four times the input takes four times as long where work is linear, sixteen times where it is quadratic. */
const most = 9

/** No second try after so many milliseconds. */
const hopeless = 5000

/** Fails where four times the input takes far more than four times as long: the better of up to three tries each. */
export async function assertLinear(
  title: string,
  size: number,
  work: (size: number) => () => unknown,
): Promise<void> {
  let [short, long] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let attempt = 0; attempt < 3; attempt++) {
    short = Math.min(short, await measure(work(size)))
    long = Math.min(long, await measure(work(size * 4)))
    if (long + noise < most * (short + noise)) return
    if (long > hopeless) break
  }
  assert.fail(`${title}: ${size} take ${short.toFixed(1)} ms, four times as many ${long.toFixed(1)} ms`)
}

async function measure(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
