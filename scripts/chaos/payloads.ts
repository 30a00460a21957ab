import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Connection } from 'rabbitmq-client'
import { type Place, stoq } from './place.ts'

/** Puts so many messages on the queue, each with a payload of its own; gives the sha1 of each payload. */
export async function publishPayloads(place: Place, messages: number): Promise<Set<string>> {
  const payloads = Array.from({ length: messages }, (_, index) =>
    Buffer.from(`chaos ${place.name} ${index}\n`),
  )
  // Every twentieth is archived, and its message names it by its hashes: a store takes longer than a broker.
  const archived = payloads.filter((_, index) => index % 20 === 0)
  await place.withBroker(rabbit =>
    publishInline(
      rabbit,
      place.queue,
      payloads.filter((_, index) => index % 20 > 0),
    ),
  )
  await publishArchived(place, archived)
  return new Set(payloads.map(payload => createHash('sha1').update(payload).digest('hex')))
}

async function publishInline(rabbit: Connection, queue: string, payloads: readonly Buffer[]): Promise<void> {
  await rabbit.queueDeclare({ queue, durable: true, arguments: { 'x-max-priority': 10 } })
  const publisher = rabbit.createPublisher({ confirm: true })
  for (let next = 0; next < payloads.length; next += 500) {
    const some = payloads.slice(next, next + 500)
    await Promise.all(
      some.map(payload =>
        publisher.send(
          { routingKey: queue, durable: true, contentType: 'text/plain', contentEncoding: 'utf-8' },
          Buffer.from(JSON.stringify({ payload: { base64: payload.toString('base64') } })),
        ),
      ),
    )
  }
  await publisher.close()
}

/** By the command, as a user does. */
async function publishArchived(place: Place, payloads: readonly Buffer[]): Promise<void> {
  const home = place.home('publisher')
  const folder = join(home, 'payloads')
  mkdirSync(folder)
  for (const [index, payload] of payloads.entries()) writeFileSync(join(folder, String(index)), payload)
  const words = ['publisher', '-F', folder, '-A', 'mongodb', '-w', place.queue, '-L', 'warning']
  const env = { ...process.env, STOQ_HOME: home }
  const child = spawn(process.execPath, [stoq, ...words], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const [status] = await once(child, 'exit')
  if (status !== 0) throw new Error(`the publisher ended with ${status}`)
}
