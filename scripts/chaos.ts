/**
 * `npm run chaos [-- --messages N]`: three consumers work while processes are killed and servers go away. Exit status 1 when a
 * payload was lost. Restarts the servers of `npm run services`: run it when nobody else uses them.
 */
import { parseArgs } from 'node:util'
import { runChaos } from './chaos/run.ts'

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '20000' },
    away: { type: 'string', default: '20' },
  },
})
const often = { 'kill -9 of a consumer': 4, 'kill -9 of a scan process': 6, 'SIGTERM of a consumer': 3 }
const figures = await runChaos({
  messages: Number(values.messages),
  times: { ...often, 'broker restart': 2, 'MongoDB away': 1 },
  away: Number(values.away),
  tell: text => void process.stderr.write(`chaos: ${text}\n`),
})
const row = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |\n`
process.stdout.write(row(Object.keys(figures)))
process.stdout.write(row(Object.keys(figures).map(() => '---')))
process.stdout.write(row(Object.values(figures)))
if (figures.lost > 0 || figures.left > 0 || figures.ambiguous > 0) process.exitCode = 1
