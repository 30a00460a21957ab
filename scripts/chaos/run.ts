import { setTimeout as sleep } from 'node:timers/promises'
import { Consumer } from './consumer.ts'
import { publishPayloads } from './payloads.ts'
import { Place } from './place.ts'
import { count, type Figures, scannedSoFar } from './tally.ts'
import { endTroubles, planTroubles, type Trouble, troubles } from './trouble.ts'

/** What a run does. */
export interface ChaosOptions {
  messages: number
  /** How often each trouble comes. */
  times: Readonly<Record<Trouble, number>>
  /** Seconds that the store is away. */
  away: number
  tell(text: string): void
}

export interface ChaosResult extends Figures {
  /** Messages that came to the error queue. */
  errors: number
  /** Messages that are left on the queues. */
  left: number
  troubles: number
  seconds: number
}

/** Seconds without a new document after which nothing more is waited for. */
const patience = 30

/** Publishes, lets three consumers work, makes trouble, and counts what is in the store in the end. */
export async function runChaos({ messages, times, away, tell }: ChaosOptions): Promise<ChaosResult> {
  await using place = new Place()
  const published = await publishPayloads(place, messages)
  tell(`${messages} messages are on queue ${place.queue}`)
  const consumers = ['consumer-1', 'consumer-2', 'consumer-3'].map(name => new Consumer(place, name))
  const start = performance.now()
  for (const consumer of consumers) consumer.start()
  const plan = planTroubles(times)
  const reviving = setInterval(() => {
    for (const each of consumers) each.revive()
  }, 1000)
  try {
    for (const { after, trouble } of plan) {
      await progress(place, after * messages)
      const victim = consumers[Math.floor(Math.random() * consumers.length)]
      tell(`${((performance.now() - start) / 1000) | 0} s, ${scannedSoFar(place)} documents: ${trouble}`)
      if (victim) await troubles[trouble](victim, away)
    }
    await drained(place, place.queue)
  } finally {
    await endTroubles()
    clearInterval(reviving)
    for (const status of await Promise.all(consumers.map(each => each.end('SIGTERM'))))
      tell(`a consumer ended: ${status}`)
  }
  const seconds = Math.round((performance.now() - start) / 1000)
  const errors = await scanErrors(place)
  const left = (await place.waiting(place.queue)) + (await place.waiting(place.errors))
  return { ...(await count(place, published)), errors, left, troubles: plan.length, seconds }
}

/** Resolves when so many documents were made, or none for long. */
async function progress(place: Place, documents: number): Promise<void> {
  let [made, since] = [scannedSoFar(place), performance.now()]
  while (made < documents && performance.now() - since < patience * 1000) {
    await sleep(20)
    const now = scannedSoFar(place)
    if (now !== made) since = performance.now()
    made = now
  }
}

/** Resolves when the queue is empty and nothing is in work, or when nothing more happens. */
async function drained(place: Place, queue: string): Promise<void> {
  for (let idle = 0; idle < patience; ) {
    const before = scannedSoFar(place)
    await sleep(1000)
    idle = scannedSoFar(place) === before ? idle + 1 : 0
    if (idle > 0 && (await place.isDone(queue))) return
  }
}

/** Scans what is on the error queue, where a store that was too busy or a killed process brought it; gives how much that was. */
async function scanErrors(place: Place): Promise<number> {
  const errors = await place.waiting(place.errors)
  if (errors === 0) return 0
  const consumer = new Consumer(place, 'errors')
  consumer.start('-E')
  await drained(place, place.errors)
  await consumer.end('SIGTERM')
  return errors
}
