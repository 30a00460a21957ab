/**
 * `node bench/soak.ts`: many payloads through one run, with the memory of stoQ and of each of its children every second and the
 * rate of every tenth. `--payloads 100000 --files 1000 --size 4096 --max-processes 2 --engine native`
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { line, print } from './table.ts'

const { values } = parseArgs({
  options: {
    payloads: { type: 'string', default: '100000' },
    files: { type: 'string', default: '1000' },
    size: { type: 'string', default: '4096' },
    engine: { type: 'string', default: 'auto' },
    'max-processes': { type: 'string' },
  },
})
const bin = fileURLToPath(new URL('../packages/stoq/bin/stoq.js', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'stoq-soak-'))
const total = Number(values.payloads)
const home = makeHome(Number(values.files), Number(values.size))

/** A source that names the same files again and again; the content of each is its own. */
function makeHome(files: number, size: number): string {
  const folder = join(scratch, 'home/plugins/source/soak')
  mkdirSync(folder, { recursive: true })
  mkdirSync(join(scratch, 'home/files'))
  for (let index = 0; index < files; index++) {
    const content = Buffer.alloc(size, `payload ${index} of the soak, with <?php and powershell in it. `)
    writeFileSync(join(scratch, 'home/files', `${index}.bin`), content)
  }
  writeFileSync(join(scratch, 'home/stoq.cfg'), `[core]\nyara_engine = ${values.engine}\n`)
  writeFileSync(
    join(folder, 'soak.stoq'),
    `[Core]\nName = soak\nModule = soak\n\n[Documentation]\nVersion = 1.0\nDescription = The same files again\n\n[options]\nmultiprocess = True\npayloads_int = ${total}\nfiles_int = ${files}\n`,
  )
  writeFileSync(
    join(folder, 'soak.js'),
    `import { join } from 'node:path'
import { StoqSourcePlugin } from 'stoq'
export class SoakSource extends StoqSourcePlugin {
  async ingest(signal) {
    for (let index = 0; index < this.payloads_int && !signal.aborted; index++) {
      const path = join(this.stoq.settings.base_dir, 'files', index % this.files_int + '.bin')
      await this.stoq.worker.multiprocessPut({ path, archive: 'file' })
    }
  }
}
`,
  )
  return join(scratch, 'home')
}

interface Sample {
  seconds: number
  /** Resident bytes by process: `stoq`, `child 1` … */
  memory: Map<string, number>
}

const samples: Sample[] = []
const names = new Map<number, string>()
/** Seconds at which each tenth of the documents had been written. */
const tenths: number[] = []
const start = performance.now()
const seconds = () => (performance.now() - start) / 1000

const flags = values['max-processes'] ? ['--max-processes', values['max-processes']] : []
const words = [bin, 'yara', '-I', 'soak', '-D', '-C', 'stdout', '-L', 'error', '--format', 'jsonl', ...flags]
const child = spawn(process.execPath, words, {
  stdio: ['ignore', 'pipe', 'inherit'],
  env: { ...process.env, STOQ_HOME: home },
})
const timer = setInterval(sample, 1000)
let documents = 0
child.stdout.on('data', (chunk: Buffer) => {
  for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) {
    documents++
    if (documents % Math.ceil(total / 10) === 0) tenths.push(seconds())
  }
})
child.on('close', status => {
  clearInterval(timer)
  report(status)
  rmSync(scratch, { recursive: true, force: true })
})

function sample(): void {
  const memory = new Map<string, number>()
  for (const pid of familyOf(child.pid ?? 0)) {
    const bytes = residentBytes(pid)
    if (bytes > 0) memory.set(nameOf(pid), bytes)
  }
  samples.push({ seconds: seconds(), memory })
}

function nameOf(pid: number): string {
  const name = names.get(pid) ?? (names.size === 0 ? 'stoq' : `child ${names.size} (${pid})`)
  names.set(pid, name)
  return name
}

/** A process and its children, from /proc. */
function familyOf(pid: number): number[] {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`)
    const children = tasks.flatMap(task =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean),
    )
    return [pid, ...children.flatMap(each => familyOf(Number(each)))]
  } catch {
    // It has just ended.
    return []
  }
}

function residentBytes(pid: number): number {
  try {
    return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

function report(status: number | null): void {
  print(
    `\nSoak: ${documents} documents of ${total} payloads in ${seconds().toFixed(1)} s, exit status ${status}\n`,
  )
  print(line(['tenth', 'payloads/s', 'to the first']))
  print(line(['---', '---', '---']))
  const rates = tenths.map((end, index) => total / 10 / (end - (tenths[index - 1] ?? 0)))
  for (const [index, rate] of rates.entries())
    print(line([`${index + 1}`, rate.toFixed(0), (rate / (rates[0] ?? rate)).toFixed(2)]))
  print(
    `\n${line(['process', 'RSS first MB', 'RSS half-way MB', 'RSS last MB', 'RSS most MB', 'seconds seen'])}`,
  )
  print(line(['---', '---', '---', '---', '---', '---']))
  for (const name of names.values()) print(line([name, ...memoryOf(name)]))
}

function memoryOf(name: string): string[] {
  const bytes = samples.flatMap(({ memory }) => memory.get(name) ?? [])
  const shown = [bytes[0], bytes[Math.floor(bytes.length / 2)], bytes.at(-1), Math.max(...bytes)]
  return [...shown.map(each => ((each ?? 0) / 1e6).toFixed(0)), String(bytes.length)]
}
