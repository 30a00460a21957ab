/**
 * The servers that the service tests talk to: `npm run services -- up|down|status [NAME...]`. `up --install` gets what is
 * missing. Each listens on loopback only and keeps its data in `.services/<name>`.
 */
import { services } from './services/all.ts'
import { down, start, stateOf } from './services/control.ts'
import { homeOf, type Service } from './services/service.ts'

const [command = '', ...rest] = process.argv.slice(2)
const names = rest.filter(word => !word.startsWith('--'))
const unknown = names.filter(name => !services.some(service => service.name === name))
const chosen = services.filter(({ name }) => names.length === 0 || names.includes(name))
const commands = { up, down, status } as Record<string, ((service: Service) => Promise<void>) | undefined>
const act = commands[command]

if (!act || unknown.length > 0) {
  const known = services.map(({ name }) => name).join(', ')
  process.stderr.write(
    unknown.length > 0
      ? `services: no service ${unknown.join(', ')}; there are ${known}\n`
      : 'usage: npm run services -- up [--install]|down|status [NAME...]\n',
  )
  process.exit(2)
}
for (const service of chosen) {
  try {
    await act(service)
    if (command !== 'status') await status(service)
  } catch (error) {
    process.stderr.write(`services: ${service.name}: ${error instanceof Error ? error.message : error}\n`)
    process.exitCode = 1
  }
}

async function up(service: Service): Promise<void> {
  const home = homeOf(service)
  const missing = service.missing(home)
  if (missing !== null) {
    if (!rest.includes('--install')) throw new Error(`${missing}; --install gets it`)
    process.stderr.write(`services: installing ${service.about}\n`)
    await service.install(home)
  }
  await start(service)
}

async function status(service: Service): Promise<void> {
  const kind = service.standsInFor ? `stands in for ${service.standsInFor}` : 'the real server'
  const state = await stateOf(service)
  const urls = state === 'running' ? `  ${Object.values(service.urls).join(' ')}` : ''
  process.stdout.write(`${service.name.padEnd(10)} ${state.padEnd(13)} ${service.about} (${kind})${urls}\n`)
}
