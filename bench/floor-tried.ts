/**
 * `node bench/floor-tried.ts FOLDER [STEP]`: ways to read, hash and scan that could lower the floor, in turn over every STEP-th
 * file, least wall and processor milliseconds of three rounds. docs/bench.md says what came of them.
 */
import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import binding from '@litko/yara-x'
import { bundledRules } from '../packages/stoq/src/config/bundled.ts'
import { line, print } from './table.ts'

const [folder = '.', step = '1'] = process.argv.slice(2)
const rules = readFileSync(bundledRules, 'utf8')
const [scanner, mapped] = [binding.compile(rules), binding.compile(rules)]
mapped.setUseMmap(true)
const paths = readdirSync(folder)
  .filter((_, index) => index % Number(step) === 0)
  .map(name => join(folder, name))

const ways: Record<string, (path: string) => unknown> = {
  read: path => readFileSync(path),
  'read, four hashes': path => hashFour(readFileSync(path)),
  'read, md5 here, the others in the thread pool': path => hashElsewhere(readFileSync(path)),
  'read, scan': path => scanner.scan(readFileSync(path)),
  'scanFile, memory-mapped': path => mapped.scanFile(path),
  'read, four hashes, scan': path => {
    const payload = readFileSync(path)
    hashFour(payload)
    scanner.scan(payload)
  },
  'read, four hashes here, scan in the thread pool': async path => {
    const payload = readFileSync(path)
    const scanned = scanner.scanAsync(payload)
    hashFour(payload)
    await scanned
  },
}

const least = new Map<string, { wall: number; cpu: number }>()
for (let round = 0; round < 3; round++) {
  for (const [name, way] of Object.entries(ways)) {
    const before = process.cpuUsage()
    const start = performance.now()
    for (const path of paths) await way(path)
    const { user, system } = process.cpuUsage(before)
    const { wall, cpu } = least.get(name) ?? { wall: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY }
    const elapsed = performance.now() - start
    least.set(name, { wall: Math.min(wall, elapsed), cpu: Math.min(cpu, (user + system) / 1000) })
  }
}
print(line(['what', 'wall ms', 'CPU ms']))
print(line(['---', '---', '---']))
for (const [name, { wall, cpu }] of least) print(line([name, wall.toFixed(0), cpu.toFixed(0)]))

function hashFour(payload: Uint8Array): void {
  for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512']) hash(algorithm, payload)
}

async function hashElsewhere(payload: Buffer<ArrayBuffer>): Promise<void> {
  const digests = ['SHA-1', 'SHA-256', 'SHA-512'].map(name => crypto.subtle.digest(name, payload))
  hash('md5', payload)
  await Promise.all(digests)
}
