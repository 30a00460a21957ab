import { readdirSync, readFileSync } from 'node:fs'

/** Looks at a process and all below it, again and again, until it is stopped. */
export class MemoryWatch {
  /** Peak of each process, in bytes; empty where the system has no /proc. */
  readonly peaks = new Map<number, number>()
  readonly #root: number
  readonly #timer: NodeJS.Timeout

  constructor(root: number) {
    this.#root = root
    this.#timer = setInterval(() => this.#look(), 50)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    for (const pid of treeOf(this.#root)) {
      const peak = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1]
      if (peak) this.peaks.set(pid, Number(peak) * 1024)
    }
  }
}

/** The process, its children, and theirs. */
function treeOf(root: number): number[] {
  const parents = new Map(processes().map(pid => [pid, parentOf(pid)]))
  const tree = [root]
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child)
  return tree
}

function processes(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch {
    return []
  }
}

/** The second field after the name, which stands in brackets and may hold anything. */
function parentOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`)
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

/** Processes end while one looks. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
