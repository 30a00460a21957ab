import { randomUUID } from 'node:crypto'
import { connect, createServer, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { MongoClient } from 'mongodb'
import type { StoqConnectorPlugin } from 'stoq'
import { openScratch, type Scratch } from 'stoq/testing'
import { service } from './service.ts'

/** Two databases of their own for each test, gone in the end. */
export class TestStore implements AsyncDisposable {
  readonly conn = service('mongodb').urls['mongodb'] ?? ''
  readonly database = `test-${randomUUID().slice(0, 8)}`
  readonly gridfs_database = `${this.database}-fs`
  readonly client = new MongoClient(this.conn)
  readonly #open: Scratch[] = []

  get documents() {
    return this.client.db(this.database)
  }

  get payloads() {
    return this.client.db(this.gridfs_database)
  }

  /** Options of the connector. */
  options(more: Record<string, string> = {}): Record<string, string> {
    const { conn, database, gridfs_database } = this
    return { conn, database, gridfs_database, ...more }
  }

  /** A connector of a stoQ of its own, as another process would have it. */
  async connector(more: Record<string, string> = {}) {
    const scratch = openScratch({ plugin_options: { connector: { mongodb: this.options(more) } } })
    this.#open.push(scratch)
    const connector = (await scratch.stoq.loadPlugin('mongodb', 'connector')) as Required<StoqConnectorPlugin>
    return { connector, scratch }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const scratch of this.#open) await scratch[Symbol.asyncDispose]()
    for (const db of [this.documents, this.payloads]) await db.dropDatabase()
    await this.client.close()
  }
}

/** A way to the server that can be cut and comes back. */
export async function openWay(conn: string) {
  const { hostname, port } = new URL(conn)
  const sockets = new Set<Socket>()
  let isCut = false
  const server = createServer(client => {
    if (isCut) return void client.destroy()
    const far = connect(Number(port), hostname)
    for (const [socket, other] of [
      [client, far],
      [far, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => sockets.delete(socket) && other.destroy())
      socket.pipe(other)
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const own = (server.address() as { port: number }).port
  return {
    conn: conn.replace(`:${port}`, `:${own}`),
    cut: () => {
      isCut = true
      for (const socket of sockets) socket.destroy()
    },
    mend: () => {
      isCut = false
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** So many bytes that do not repeat, without holding them. */
export function madeBytes(size: number): Readable {
  return Readable.from(make(size))
}

function* make(size: number) {
  const piece = Buffer.alloc(64 * 1024)
  for (let made = 0; made < size; made += piece.length) {
    for (let offset = 0; offset < piece.length; offset += 4096) piece.writeUInt32LE(made + offset, offset)
    yield Buffer.from(piece.subarray(0, Math.min(piece.length, size - made)))
  }
}
