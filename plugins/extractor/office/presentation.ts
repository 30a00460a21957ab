import { inflateSync } from 'node:zlib'
import type { Extracted } from 'stoq'
import type { Task } from './task.ts'

/** Storages of OLE objects and of the VBA project in a .ppt: instance 1 is compressed ([MS-PPT] 2.10.34, 2.10.35). */
const storageType = 0x1011
const headerSize = 8
/** Records nest: those of this version only hold others. */
const container = 0x0f

/** Each OLE storage in the stream `PowerPoint Document` as a compound file of its own. */
export async function* presentationStorages(stream: Buffer, task: Task): AsyncGenerator<Extracted> {
  let at = 0
  while (at + headerSize <= stream.length) {
    await task.breathe()
    const head = stream.readUInt16LE(at)
    const start = at + headerSize
    if ((head & 0x0f) === container) {
      at = start
      continue
    }
    const end = start + stream.readUInt32LE(at + 4)
    if (stream.readUInt16LE(at + 2) === storageType) {
      const content = readStorage(stream.subarray(start, end), head >> 4 === 1, task)
      const meta = {
        filename: `storage-${at}.ole`,
        kind: 'storage',
        stream: 'PowerPoint Document',
        offset: at,
      }
      if (content) yield* task.give(meta, content)
    }
    at = end
  }
}

function readStorage(data: Buffer, isCompressed: boolean, task: Task): Buffer | null {
  if (!isCompressed) return data
  try {
    // The size before the data is not believed.
    return inflateSync(data.subarray(4), { maxOutputLength: Math.max(1, task.room) })
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    if (isTooLarge) task.leaveOut('OLE storage')
    else task.fault('PowerPoint Document', 'a compressed storage is damaged')
    return null
  }
}
