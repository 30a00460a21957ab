import { readdirSync, readFileSync } from 'node:fs'

const page = { size: 0 }

/** Size of a page of memory as /proc counts: 4096 bytes, but on some machines with ARM or POWER. */
function pageSize(): number {
  page.size ||= readPageSize()
  return page.size
}

/** The kernel tells every process in pairs of a number and a value; 6 is the size of a page. */
function readPageSize(): number {
  const pairs = readFileSync('/proc/self/auxv')
  for (let start = 0; start + 16 <= pairs.length; start += 16) {
    if (pairs.readBigUInt64LE(start) === 6n) return Number(pairs.readBigUInt64LE(start + 8))
  }
  return 4096
}

/** Bytes of memory of a process that are in use (resident); 0 where the system does not tell. */
export function memoryOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * pageSize()
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
  const children = threadsOf(pid).flatMap(thread => {
    try {
      const text = readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1')
      return text.split(' ').map(Number).filter(Boolean)
    } catch {
      // It has just ended.
      return []
    }
  })
  return children.flatMap(child => [child, ...descendants(child)])
}

/** Every thread has children of its own. */
function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

/** Kills a process with everything that it has started. */
export function killTree(pid: number): void {
  // First those that it has started: they have no parent to be found by once it is gone.
  for (const each of [...descendants(pid).reverse(), pid]) {
    try {
      process.kill(each, 'SIGKILL')
    } catch {
      // It has ended meanwhile.
    }
  }
}
