import { type ChildProcess, spawn } from 'node:child_process'

/**
 * Kills what it was told of when its standard input ends without the word `done`: when the process that started it was
 * killed, and scan processes hang in work that keeps them from noticing.
 */
const script = `
pids=' '
while read -r word pid; do
  case $word in
    add) pids="$pids$pid ";;
    gone) pids=$(printf '%s' "$pids" | sed "s/ $pid / /");;
    done) exit 0;;
  esac
done
for pid in $pids; do kill -s KILL -- "-$pid"; done
`

/** Sees to it that no scan process outlives this one, even if this one is killed. */
export class Reaper {
  readonly #shell: ChildProcess

  constructor() {
    this.#shell = spawn('/bin/sh', ['-c', script], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      env: {},
    })
    // Without a shell the scan processes still end by themselves when they notice.
    this.#shell.on('error', () => {})
    this.#shell.stdin?.on('error', () => {})
    this.#shell.unref()
  }

  /** A process that leads a group of its own. */
  add(pid: number): void {
    this.#shell.stdin?.write(`add ${pid}\n`)
  }

  /** The process has ended: its number may be given to another one. */
  remove(pid: number): void {
    this.#shell.stdin?.write(`gone ${pid}\n`)
  }

  close(): void {
    this.#shell.stdin?.end('done\n')
  }
}
