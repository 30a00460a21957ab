import type { BigIntStats } from 'node:fs'
import { lstat, realpath, stat } from 'node:fs/promises'
import { sep } from 'node:path'

/** What is at a path: a folder, or a file in a state that `mark` tells from every other. */
export type Found = { kind: 'folder' } | { kind: 'file'; mark: string } | { kind: 'none' }

const none: Found = { kind: 'none' }

/** A link to a file inside of the directory counts as that file; other links, pipes and devices are nothing. */
export async function look(path: string, inside: string): Promise<Found> {
  try {
    const stats = await lstat(path, { bigint: true })
    if (stats.isDirectory()) return { kind: 'folder' }
    if (stats.isFile()) return { kind: 'file', mark: markOf(stats) }
    return stats.isSymbolicLink() ? await lookBehind(path, inside) : none
  } catch {
    // Gone, or in a folder that may not be read: rescans come to it again.
    return none
  }
}

async function lookBehind(link: string, inside: string): Promise<Found> {
  const [real, base] = [await realpath(link), await realpath(inside)]
  if (!real.startsWith(base + sep)) return none
  const stats = await stat(real, { bigint: true })
  return stats.isFile() ? { kind: 'file', mark: markOf(stats) } : none
}

/** Size, time of the last change to the nanosecond, inode. */
function markOf({ size, mtimeNs, ino }: BigIntStats): string {
  return `${size}:${mtimeNs}:${ino}`
}
