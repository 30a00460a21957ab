import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where services are built and keep their data: `.services/<name>` of the checkout, or of $STOQ_SERVICES. */
export const servicesHome =
  process.env['STOQ_SERVICES'] ?? fileURLToPath(new URL('../../.services', import.meta.url))

/** Added to every port, from $STOQ_SERVICES_SHIFT: servers of two checkouts on one machine do not meet. */
export const portShift = Number(process.env['STOQ_SERVICES_SHIFT'] ?? 0)

/** A program to be started, with its arguments and what is added to the environment. */
export interface Program {
  command: string
  args: readonly string[]
  env?: Readonly<Record<string, string>>
}

/** A server that tests talk to. One file beside this one says all that there is to say of it. */
export interface Service {
  name: string
  /** What runs, with its version: `RabbitMQ 3.10.8`. */
  about: string
  /** The server that it stands in for; absent: it is the real one. */
  standsInFor?: string
  /** Addresses for clients, with the credentials of the test server. */
  urls: Readonly<Record<string, string>>
  /** What is not there yet, in words; null: it can be started. */
  missing(home: string): string | null
  /** Gets what is missing. Throws with what to do by hand. */
  install(home: string): void | Promise<void>
  /** Makes `home/data` ready. */
  prepare?(home: string): void | Promise<void>
  program(home: string): Program
  /** True when clients are served. */
  isReady(home: string): Promise<boolean>
  /** Called after the program has ended. */
  cleanUp?(home: string): void
}

/** Folder of a service. */
export function homeOf(service: Service): string {
  return join(servicesHome, service.name)
}

/** Runs a program to its end. Throws with the end of what it said. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: object } = {},
): void {
  const env = { ...process.env, ...options.env }
  const { status, error, stdout, stderr } = spawnSync(command, args, { ...options, env, encoding: 'utf8' })
  if (status === 0) return
  const said = error?.message ?? `${stdout}${stderr}`.trim().slice(-2000)
  throw new Error(`${command} ${args.join(' ')}: ${said}`)
}

/** True when the program is in the PATH. */
export function isProgram(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
}

/** Installs a package of Debian. */
export function installPackage(name: string): void {
  if (!isProgram('apt-get') || process.getuid?.() !== 0) {
    throw new Error(
      `it comes with the package ${name}: install that, on Debian as root: apt-get install ${name}`,
    )
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const wait = ['-o', 'DPkg::Lock::Timeout=300', '-qq']
  try {
    run('apt-get', ['install', ...wait, '-y', '--no-install-recommends', name], { env })
  } catch {
    // The lists of packages may be missing or old.
    run('apt-get', ['update', ...wait])
    run('apt-get', ['install', ...wait, '-y', '--no-install-recommends', name], { env })
  }
}
