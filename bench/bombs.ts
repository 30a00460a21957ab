/**
 * `npm run bench:bombs`: what each file that is made to overwhelm costs at the default limits: time, memory of the
 * processes, and what is left on the disk. `--small` takes the smaller ones, `--keep FOLDER` keeps the files.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { writeBombs } from '../scripts/bombs.ts'
import { MemoryWatch } from '../test/hostile/process-tree.ts'
import { line, print } from './table.ts'

const { values } = parseArgs({ options: { small: { type: 'boolean' }, keep: { type: 'string' } } })
const bin = fileURLToPath(new URL('../packages/stoq/bin/stoq.js', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'stoq-bench-bombs-'))
const folder = values.keep ?? join(scratch, 'bombs')
const home = join(scratch, 'home')
mkdirSync(home)

const written = await writeBombs(folder, { isSmall: values.small === true })
print(line(['bomb', 'bytes', 'seconds', 'stoq MB', 'scan process MB', 'payloads', 'cut by', 'left in temp']))
print(line(Array(8).fill('---')))
for (const { name, size } of written)
  print(line([name, String(size), ...(await measure(join(folder, name)))]))
rmSync(scratch, { recursive: true, force: true })

async function measure(file: string): Promise<string[]> {
  const start = performance.now()
  const child = spawn(process.execPath, [bin, 'yara', '-F', file, '-D', '-C', 'stdout', '-L', 'critical'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, STOQ_HOME: home },
  })
  const watch = new MemoryWatch(child.pid ?? 0)
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  await new Promise(resolve => child.on('close', resolve))
  watch.stop()
  const seconds = (performance.now() - start) / 1000
  const [document] = text
    .split('\n')
    .filter(Boolean)
    .map(each => JSON.parse(each))
  const limits = new Set((document?.truncated ?? []).map(({ limit }: { limit: string }) => limit))
  const { [child.pid ?? 0]: own = 0, ...others } = Object.fromEntries(watch.peaks)
  const peaks = [own, Math.max(0, ...Object.values(others))].map(bytes => (bytes / 1e6).toFixed(0))
  const left = readdirSync(join(home, 'temp')).length
  return [seconds.toFixed(1), ...peaks, String(document?.payloads ?? 0), [...limits].join(', '), String(left)]
}
