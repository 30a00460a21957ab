/**
 * `node bench/peer-seven-zip.ts PROGRAM FOLDER PROCESSES`: `7z x` of every archive in a folder, of every archive that comes out, and
 * so on. Prints how many files came out.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const [program = '7z', folder = '.', processes = '1'] = process.argv.slice(2)
const scratch = mkdtempSync(join(tmpdir(), 'stoq-peer-7z-'))
const waiting = archivesIn(folder)
let running = 0
let children = 0
let places = 0

await Promise.all(Array.from({ length: Number(processes) }, () => work()))
rmSync(scratch, { recursive: true })
process.stdout.write(`${children}\n`)

/** One of several that take archives from the list until there are none and none can come. */
async function work(): Promise<void> {
  while (waiting.length > 0 || running > 0) {
    const archive = waiting.pop()
    if (archive === undefined) await new Promise(resolve => setTimeout(resolve, 1))
    else await takeApart(archive)
  }
}

async function takeApart(archive: string): Promise<void> {
  running++
  const place = join(scratch, String(places++))
  await once(spawn(program, ['x', '-y', `-o${place}`, archive], { stdio: 'ignore' }), 'exit')
  children += filesIn(place).length
  waiting.push(...archivesIn(place))
  running--
}

function filesIn(place: string): string[] {
  const entries = readdirSync(place, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
}

/** By their suffixes: the least that a script can look at. */
function archivesIn(place: string): string[] {
  return filesIn(place).filter(name => /\.(7z|gz|tar|zip)$/.test(name))
}
