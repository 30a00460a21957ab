/** What a payload costs that comes by a message of RabbitMQ, over the same payload in a folder; and what more consumers bring. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Connection } from 'rabbitmq-client'
import { stateOf } from '../scripts/services/control.ts'
import { rabbitmq } from '../scripts/services/rabbitmq.ts'
import type { Corpus } from './corpus.ts'
import { line, median, print } from './table.ts'

const bin = fileURLToPath(new URL('../packages/stoq/bin/stoq.js', import.meta.url))
/** Seconds without a message after which a consumer ends; they do not count. */
const idle = 1

interface Way {
  name: string
  consumers: number
  connector: 'stdout' | 'file'
}

const ways: readonly Way[] = [
  { name: 'folder, to stdout', consumers: 0, connector: 'stdout' },
  { name: 'messages, to stdout', consumers: 1, connector: 'stdout' },
  { name: 'folder, a file each', consumers: 0, connector: 'file' },
  { name: 'messages, a file each', consumers: 1, connector: 'file' },
  { name: 'messages, to stdout, two consumers', consumers: 2, connector: 'stdout' },
  { name: 'messages, to stdout, three consumers', consumers: 3, connector: 'stdout' },
]

/** Every consumer has one scan process. Left out, with the reason, where there is no broker. */
export async function printMessages(corpus: Corpus, runs: number, scratch: string): Promise<void> {
  print(`\nMessages (${corpus.files} files, ${(corpus.bytes / 1e6).toFixed(0)} MB), ${runs} runs\n`)
  const state = await stateOf(rabbitmq)
  if (state !== 'running') {
    print(`left out: RabbitMQ is ${state}: npm run services -- up --install rabbitmq`)
    return
  }
  const times = ways.map((): number[] => [])
  for (let run = 0; run < runs; run++)
    for (const [index, way] of ways.entries()) times[index]?.push(await time(way, corpus, scratch))
  print(line(['what', 'median s', 'min s', 'payloads/s', 'ms a message']))
  print(line(['---', '---', '---', '---', '---']))
  for (const [index, way] of ways.entries()) {
    const seconds = median(times[index] ?? [])
    const folder = median(times[ways.findIndex(each => each.connector === way.connector)] ?? [])
    const cost = way.consumers === 1 ? (((seconds - folder) / corpus.files) * 1000).toFixed(3) : ''
    const cells = [seconds.toFixed(3), Math.min(...(times[index] ?? [])).toFixed(3)]
    print(line([way.name, ...cells, (corpus.files / seconds).toFixed(0), cost]))
  }
}

/** Seconds from start to exit. */
async function time({ consumers, connector }: Way, corpus: Corpus, scratch: string): Promise<number> {
  const queue = `bench-${randomUUID()}`
  const rabbit = new Connection(rabbitmq.urls['amqp'])
  try {
    if (consumers > 0) await publish(rabbit, queue, corpus)
    const source = consumers > 0 ? ['-I', 'rabbitmq', '-Q', queue] : ['-F', corpus.folder]
    const start = performance.now()
    await Promise.all(
      Array.from({ length: consumers || 1 }, (_, index) =>
        run(homeOf(scratch, `consumer-${index}`, corpus), ...source, '-C', connector),
      ),
    )
    return (performance.now() - start) / 1000 - (consumers > 0 ? idle : 0)
  } finally {
    for (const name of [queue, `${queue}-errors`]) await rabbit.queueDelete(name)
    await rabbit.close()
  }
}

async function publish(rabbit: Connection, queue: string, { folder }: Corpus): Promise<void> {
  await rabbit.queueDeclare({ queue, durable: true, arguments: { 'x-max-priority': 10 } })
  const publisher = rabbit.createPublisher({ confirm: true })
  const messages = readdirSync(folder).map(name => ({ path: join(folder, name), archive: 'file' }))
  const kind = { routingKey: queue, durable: true, contentType: 'text/plain', contentEncoding: 'utf-8' }
  await Promise.all(messages.map(each => publisher.send(kind, Buffer.from(JSON.stringify(each)))))
  await publisher.close()
}

function homeOf(scratch: string, name: string, { folder }: Corpus): string {
  const home = join(scratch, name)
  mkdirSync(home, { recursive: true })
  const { hostname: host, port, username: user, password } = new URL(rabbitmq.urls['amqp'] ?? '')
  const server = { host, port, user, password, virtual_host: '/', stop_when_idle: String(idle) }
  const plugin_options = JSON.stringify({ source: { rabbitmq: server } })
  const settings = [`plugin_options = ${plugin_options}`, `source_base_tuple = ${folder}`]
  writeFileSync(join(home, 'stoq.cfg'), ['[core]', ...settings, ''].join('\n'))
  return home
}

async function run(home: string, ...words: string[]): Promise<void> {
  const args = [bin, 'yara', '-D', '-L', 'error', '--max-processes', '1', ...words]
  const env = { ...process.env, STOQ_HOME: home }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const [status] = await once(child, 'exit')
  if (status !== 0 && status !== 1) throw new Error(`a consumer ended with ${status}`)
}
