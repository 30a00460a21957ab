/** Runs the main job on the older lines of Node that stoQ supports; each is installed in a temporary folder. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

for (const version of ['22.18.0', '24']) {
  const folder = mkdtempSync(join(tmpdir(), 'stoq-node-'))
  try {
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ private: true, allowScripts: { node: true } }),
    )
    execFileSync('npm', ['install', `node@${version}`, '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: 'ignore',
    })
    const node = join(folder, 'node_modules/.bin/node')
    const env = { ...process.env, STOQ_HOME: join(folder, 'home') }
    const words = ['packages/stoq/bin/stoq.js', 'scan', 'samples', '-P', 'summary', '-L', 'error']
    const { status, stdout, stderr } = spawnSync(node, words, { encoding: 'utf8', env })
    const documents = (stdout ?? '')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    if (status !== 0 || documents.length < 10) throw new Error(`Node ${version}: status ${status}\n${stderr}`)
    console.log(
      `Node ${version}: ${documents.length} documents, ${documents.flatMap(({ results }) => results).length} payloads`,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
