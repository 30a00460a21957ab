import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { bin, cleanEnvironment, scratchFolder } from '../e2e/stoq.ts'
import { TestStore } from './mongodb.ts'
import { serviceTest } from './service.ts'

const secret = 'Hush-7c1e'

/** A home whose stoq.cfg holds passwords, and whose .stoq files hold them too. */
function secretHome(conn: string): string {
  const home = scratchFolder()
  const plugin_options = {
    connector: { mongodb: { conn, retry_seconds: '1' } },
    source: { rabbitmq: { host: '127.0.0.1', port: '1', user: 'u', password: secret, retries: '1' } },
  }
  writeFileSync(join(home, 'stoq.cfg'), `[core]\nplugin_options = ${JSON.stringify(plugin_options)}\n`)
  return home
}

/** Everything that the command says, logs and writes, and what its scan processes were given. */
async function everythingOf(home: string, words: string[]): Promise<string> {
  const env = cleanEnvironment(home)
  const child = spawn(process.execPath, [bin, ...words, '-L', 'debug'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', text => (said += text))
  const ended = new Promise(resolve => child.on('close', resolve))
  let isOver = false
  void ended.then(() => {
    isOver = true
  })
  for (let tries = 0; tries < 200 && !isOver; tries++) {
    said += inheritedBy(child.pid)
    if (tries === 60) child.kill('SIGTERM')
    await sleep(100)
  }
  return said + filesOf(home)
}

/** Command line and environment of the children of a process (Linux). */
function inheritedBy(pid: number | undefined): string {
  const list = `/proc/${pid}/task/${pid}/children`
  try {
    const children = readFileSync(list, 'utf8').split(' ').filter(Boolean)
    return children
      .flatMap(each => ['cmdline', 'environ'].map(what => readFileSync(`/proc/${each}/${what}`, 'utf8')))
      .join('\n')
  } catch {
    return ''
  }
}

function filesOf(folder: string): string {
  if (!existsSync(folder)) return ''
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile() && entry.name !== 'stoq.cfg')
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8')).join('\n')
}

for (const [what, words] of [
  ['a store that is not there', ['yara', '-C', 'mongodb', '-F', import.meta.filename]],
  ['a broker that is not there', ['yara', '-I', 'rabbitmq', '-Q', 'q', '-C', 'file']],
  ['the list of plugins', ['list']],
] as const) {
  test(`no password in what is said, logged, written or inherited: ${what}`, async () => {
    const conn = `mongodb://u:${secret}@127.0.0.1:1/?serverSelectionTimeoutMS=500`
    const everything = await everythingOf(secretHome(conn), [...words])
    assert.ok(everything.length > 100)
    assert.doesNotMatch(everything, new RegExp(secret))
  })
}

serviceTest(
  'mongodb',
  'no password in what is said, logged, saved or inherited by scan processes, which hold none in memory',
  async () => {
    await using store = new TestStore()
    const home = secretHome('')
    mkdirSync(join(home, 'plugins/worker/reveal'), { recursive: true })
    const place = join(home, 'plugins/worker/reveal/reveal')
    writeFileSync(`${place}.stoq`, '[Core]\nName = reveal\nModule = reveal\n')
    writeFileSync(
      `${place}.js`,
      `import { StoqWorkerPlugin } from 'stoq'
    export class Reveal extends StoqWorkerPlugin {
      scan() { return { settings: JSON.stringify(this.stoq.settings), env: JSON.stringify(process.env), argv: process.argv.concat(this.stoq.commandLine).join(' ') } }
    }`,
    )
    const { conn, database, gridfs_database } = store
    const options = {
      connector: { mongodb: { conn, database, gridfs_database } },
      source: { rabbitmq: { password: secret } },
    }
    writeFileSync(join(home, 'stoq.cfg'), `[core]\nplugin_options = ${JSON.stringify(options)}\n`)
    const words = ['reveal', '-C', 'mongodb', '-A', 'mongodb', '-F', import.meta.filename]
    const everything = await everythingOf(home, words)
    const [document] = await store.documents.collection('reveal').find().toArray()
    assert.match(document?.['results'][0].scan.settings, /plugin_options/)
    for (const word of [secret, 'stoq-password', 'rabbitmq'])
      assert.ok(!JSON.stringify(document).includes(word), `${word} in the document`)
    for (const word of [secret, 'stoq-password']) assert.ok(!everything.includes(word), `${word} was told`)
  },
)
