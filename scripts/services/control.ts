import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { homeOf, type Service } from './service.ts'

/** `running`: clients are served; `starting`: the process is there. */
export type State = 'running' | 'starting' | 'stopped' | 'not installed'

/** How a service is. */
export async function stateOf(service: Service): Promise<State> {
  if (pidOf(service) === null) return service.missing(homeOf(service)) === null ? 'stopped' : 'not installed'
  return (await isReady(service)) ? 'running' : 'starting'
}

/** Starts a service and waits until it serves clients. `fresh`: without the data of the last time. */
export async function start(service: Service, { fresh = true } = {}): Promise<void> {
  if (pidOf(service) === null) {
    if (await isReady(service)) {
      throw new Error(
        'another server answers at its address: end that one, or set STOQ_SERVICES_SHIFT for other ports',
      )
    }
    const home = homeOf(service)
    if (fresh) for (const old of ['data', 'state']) rmSync(join(home, old), { recursive: true, force: true })
    mkdirSync(home, { recursive: true })
    await service.prepare?.(home)
    const { command, args, env } = service.program(home)
    const log = openSync(logOf(service), fresh ? 'w' : 'a')
    const child = spawn(command, args, {
      cwd: home,
      env: { ...process.env, ...env },
      stdio: ['ignore', log, log],
      detached: true,
    })
    child.on('error', () => {})
    child.unref()
    writeFileSync(pidFile(service), String(child.pid ?? ''))
  }
  await waitUntilReady(service)
}

/**
 * Starts a service that `up` has started and that does not run any more, with its data: it has ended by itself, or a test that
 * stopped it was cut short. Gives the end of what it said. null: it runs, or nobody wants it to.
 */
export async function revive(service: Service): Promise<string | null> {
  if (!existsSync(pidFile(service))) return null
  const said = pidOf(service) === null ? endOfLog(service) : null
  await start(service, { fresh: false })
  return said
}

async function waitUntilReady(service: Service): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (pidOf(service) === null) break
    if (await isReady(service)) return
    await sleep(100)
  }
  throw new Error(`${service.name} does not come up; the end of ${logOf(service)}:\n${endOfLog(service)}`)
}

function endOfLog(service: Service): string {
  return existsSync(logOf(service)) ? readFileSync(logOf(service), 'utf8').slice(-2000) : ''
}

/** Ends a service for good, until it is started again. */
export async function down(service: Service): Promise<void> {
  await stop(service)
  rmSync(pidFile(service), { force: true })
}

/** Ends a service for a while, at once with SIGKILL; its data stay. */
export async function stop(service: Service, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
  const pid = pidOf(service)
  if (pid === null) return
  // Its whole group: the server may be a child of a script.
  signalGroup(pid, signal)
  for (let tries = 0; tries < 300 && pidOf(service) !== null; tries++) await sleep(100)
  if (pidOf(service) !== null) signalGroup(pid, 'SIGKILL')
  service.cleanUp?.(homeOf(service))
}

/** Process that leads the group of a service; null: it does not run. */
export function pidOf(service: Service): number | null {
  if (!existsSync(pidFile(service))) return null
  const pid = Number(readFileSync(pidFile(service), 'utf8'))
  return pid > 1 && signalGroup(pid, 0) && isGroupOf(service, pid) ? pid : null
}

/** The number may be another program's by now, and what has ended is listed, without its words, until its parent has noticed. */
function isGroupOf(service: Service, pid: number): boolean {
  const words = ['-ww', '-o', 'args=', '-g', String(pid)]
  const { stdout, stderr, error } = spawnSync('ps', words, { encoding: 'utf8' })
  // Without a ps that knows groups the number has to do.
  if (error || stderr) return true
  const home = homeOf(service)
  return stdout.includes(home) || stdout.includes(service.program(home).command)
}

/** False where no process of the group is left. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal)
  } catch {
    return false
  }
}

function logOf(service: Service): string {
  return join(homeOf(service), 'log')
}

function pidFile(service: Service): string {
  return join(homeOf(service), 'pid')
}

async function isReady(service: Service): Promise<boolean> {
  try {
    return await service.isReady(homeOf(service))
  } catch {
    return false
  }
}
