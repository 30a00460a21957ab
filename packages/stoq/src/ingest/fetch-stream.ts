import { randomUUID } from 'node:crypto'
import { createWriteStream, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { StoqError } from '../errors.ts'
import type { ByteStream } from '../plugin/connector.ts'
import type { Fetched } from './fetch.ts'
import { type Message, messageName } from './message.ts'

/** Up to so many bytes travel as they are; a larger payload goes through a file. */
const small = 2 ** 20

/** Reads a payload from a stream: into memory when it is small, else into a file of `folder` that the scanner reads. */
export async function fetchStream(
  { size, stream }: ByteStream,
  folder: string,
  message: Message,
  maxBytes: number,
): Promise<Fetched> {
  if (size > maxBytes) {
    stream.destroy()
    throw tooLarge(message, maxBytes)
  }
  const bounded = bound(stream, message, maxBytes)
  if (size <= small) return { payload: await collect(bounded), release: () => {} }
  const path = join(folder, randomUUID())
  const release = () => rmSync(path, { force: true })
  try {
    await pipeline(bounded, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
    return { payload: { path }, release }
  } catch (error) {
    release()
    throw error
  }
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<Uint8Array> {
  const parts: Buffer[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

/** A size that was told is not believed. */
async function* bound(stream: Readable, message: Message, maxBytes: number): AsyncGenerator<Buffer> {
  let total = 0
  for await (const chunk of stream) {
    total += chunk.length
    if (total > maxBytes) throw tooLarge(message, maxBytes)
    yield chunk
  }
}

function tooLarge(message: Message, maxBytes: number): StoqError {
  return new StoqError('STOQ_PAYLOAD_TOO_LARGE', [messageName(message), maxBytes])
}
