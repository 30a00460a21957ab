import { readFileSync } from 'node:fs'

/** Size of a page of memory as /proc counts. */
const pageSize = 4096

/** Bytes of memory of a process that are in use (resident); 0 where the system does not tell. */
export function memoryOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * pageSize
  } catch {
    // It has just ended, or there is no /proc: then only its heap is limited.
    return 0
  }
}

/** The same, with everything that the process has started. */
export function memoryOfTree(pid: number): number {
  return descendants(pid).reduce((sum, each) => sum + memoryOf(each), memoryOf(pid))
}

/** Processes that a process has started, and those that they have. */
export function descendants(pid: number): number[] {
  let children: number[]
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
    children = text.split(' ').map(Number).filter(Boolean)
  } catch {
    return []
  }
  return children.flatMap(child => [child, ...descendants(child)])
}
