import { setTimeout as sleep } from 'node:timers/promises'
import { start, stop } from '../services/control.ts'
import { mongodb } from '../services/mongodb.ts'
import { rabbitmq } from '../services/rabbitmq.ts'
import type { Consumer } from './consumer.ts'

/** What can happen to a cluster; each resolves when everything runs again. */
export const troubles = {
  'kill -9 of a consumer': (victim: Consumer) => restart(victim, 'SIGKILL'),
  'kill -9 of a scan process': async (victim: Consumer) => {
    for (let tries = 0; tries < 50 && !victim.killScanProcess(); tries++) await sleep(100)
  },
  'SIGTERM of a consumer': (victim: Consumer) => restart(victim, 'SIGTERM'),
  'broker restart': async () => {
    await stop(rabbitmq)
    await start(rabbitmq, { fresh: false })
  },
  'MongoDB away': async (_: Consumer, seconds: number) => {
    await stop(mongodb, 'SIGKILL')
    await sleep(seconds * 1000)
    await start(mongodb, { fresh: false })
  },
} satisfies Record<string, (victim: Consumer, seconds: number) => Promise<void>>

/** Starts the servers that a trouble which was cut short has left stopped. */
export async function endTroubles(): Promise<void> {
  for (const service of [rabbitmq, mongodb]) await start(service, { fresh: false })
}

/** One of them. */
export type Trouble = keyof typeof troubles

/** After which share of the messages each comes: every kind as often as `times` says, at random, never two at once. */
export function planTroubles(
  times: Readonly<Record<Trouble, number>>,
): { after: number; trouble: Trouble }[] {
  const all = Object.entries(times).flatMap(([trouble, often]) =>
    Array<Trouble>(often).fill(trouble as Trouble),
  )
  return all
    .map(trouble => ({ after: 0.02 + 0.88 * Math.random(), trouble }))
    .sort((a, b) => a.after - b.after)
}

async function restart(victim: Consumer, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  await victim.end(signal)
  victim.start()
}
