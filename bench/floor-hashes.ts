/** `node bench/floor-hashes.ts FOLDER`: reads every file and hashes it four times, in two processes: what that alone takes. */
import { spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [folder = '', part] = process.argv.slice(2)
const processes = 2

if (part === undefined) {
  const script = fileURLToPath(import.meta.url)
  const children = Array.from({ length: processes }, (_, index) =>
    spawn(process.execPath, [script, folder, String(index)], { stdio: 'inherit' }),
  )
  await Promise.all(children.map(child => once(child, 'exit')))
} else {
  const paths = readdirSync(folder).map(name => join(folder, name))
  const sizes = new Map(paths.map(path => [path, statSync(path).size]))
  const bySize = paths.sort((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0))
  for (const path of bySize.filter((_, index) => index % processes === Number(part))) {
    const bytes = readFileSync(path)
    for (const name of ['md5', 'sha1', 'sha256', 'sha512']) hash(name, bytes)
  }
}
