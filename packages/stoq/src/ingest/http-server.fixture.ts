import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'

/** What the server of the tests does for a path. */
type Handler = (request: IncomingMessage, response: ServerResponse) => void

const redirect =
  (status: number, location: () => string): Handler =>
  (_request, response) =>
    void response.writeHead(status, { location: location() }).end('on the way')

const packed =
  (encoding: string, bytes: Uint8Array): Handler =>
  (_request, response) =>
    void response.writeHead(200, { 'content-encoding': encoding }).end(bytes)

/** Sends one piece after the other and never ends by itself. */
const endless =
  (piece: string, everyMilliseconds: number): Handler =>
  (request, response) => {
    const timer = setInterval(() => response.write(piece), everyMilliseconds)
    request.socket.once('close', () => clearInterval(timer))
  }

async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { method, url, headers } = request
  response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString('latin1') }))
}

const zeros = Buffer.alloc(1_000_000)
const handlers: Record<string, Handler> = {
  '/ok': (_request, response) => void response.end('payload'),
  '/empty': (_request, response) => void response.writeHead(204, { 'content-encoding': 'gzip' }).end(),
  '/gone': (_request, response) => void response.writeHead(404).end('no such page'),
  '/broken': (_request, response) => void response.writeHead(500).end(),
  '/301': redirect(301, () => '/echo'),
  '/302': redirect(302, () => '/echo'),
  '/303': redirect(303, () => '/echo'),
  '/307': redirect(307, () => '/echo'),
  '/308': redirect(308, () => '/echo?x=1'),
  '/304': (_request, response) => void response.writeHead(304).end(),
  '/loop': redirect(302, () => '/loop'),
  '/metadata': redirect(302, () => 'http://169.254.169.254/latest/meta-data/'),
  '/neighbour': redirect(302, () => `http://127.0.0.2:${port}/ok`),
  '/other-host': redirect(307, () => `http://u:p@localhost:${port}/echo`),
  '/to-file': redirect(302, () => 'file:///etc/passwd'),
  '/to-nowhere': redirect(302, () => 'http://[bad'),
  '/endless-redirect': (request, response) => {
    response.writeHead(302, { location: '/ok' })
    endless('x', 1)(request, response)
  },
  '/endless': endless('x'.repeat(10_000), 1),
  '/slow': endless('x', 50),
  '/silent': () => {},
  '/half': (_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half')
    setTimeout(() => response.destroy(), 20)
  },
  '/lying': (_request, response) =>
    void response.writeHead(200, { 'content-length': '1000000000' }).write('x'),
  '/garbage': (_request, response) => void response.socket?.end('this is not HTTP\r\n\r\n'),
  '/gzip': packed('gzip', gzipSync('payload')),
  '/deflate': packed('deflate', deflateSync('payload')),
  '/br': packed('br', brotliCompressSync('payload')),
  '/zstd': packed('zstd', zstdCompressSync('payload')),
  '/bomb': packed('gzip', gzipSync(zeros)),
  '/br-bomb': packed('br', brotliCompressSync(zeros)),
  '/half-gzip': packed('gzip', gzipSync(zeros).subarray(0, 100)),
  '/no-gzip': packed('gzip', Buffer.from('this is not gzip')),
  '/empty-gzip': (_request, response) =>
    void response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': '0' }).end(),
  '/unknown-coding': packed('aws-chunked', Buffer.from('payload')),
  '/bytewise': (_request, response) => {
    for (let index = 0; index < 5000; index++) response.write('x')
    response.end()
  },
}

const server = createServer((request, response) => {
  const handler = handlers[String(request.url).replace(/\?.*/, '')] ?? echo
  void handler(request, response)
}).listen(0, '127.0.0.1')
await new Promise(resolve => server.once('listening', resolve))
export const { port } = server.address() as AddressInfo
/** Where the server of the tests is. */
export const base = `http://127.0.0.1:${port}`
/** Ends the server, also in the middle of an answer. */
export function closeServer(): void {
  server.closeAllConnections()
  server.close()
}
