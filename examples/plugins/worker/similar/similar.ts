import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { compareSsdeep, getSsdeep, type Payload, type Stoq, StoqArgs, StoqWorkerPlugin } from 'stoq'

/** Tells which known files a payload looks like, by ssdeep. */
export class SimilarWorker extends StoqWorkerPlugin {
  known = 'known.txt'
  least = 50
  #known: { hash: string; name: string }[] = []

  override async activate(stoq: Stoq): Promise<boolean> {
    const parser = new StoqArgs()
    parser.addArgument('-k', '--known', { type: path => resolve(path), help: 'File of known hashes' })
    const isActive = await super.activate(stoq, parser.parseArgs(stoq.argv.slice(2)))
    const lines = (await readFile(resolve(this.plugin_path, this.known), 'utf8')).split('\n')
    this.#known = lines.filter(Boolean).map(line => {
      const [hash = '', ...name] = line.split(',')
      return { hash, name: name.join(',') }
    })
    return isActive
  }

  scan(payload: Payload | null) {
    if (!payload) return null
    const ssdeep = getSsdeep(payload)
    const similar = this.#known
      .map(({ hash, name }) => ({ name, likeness: compareSsdeep(ssdeep, hash) ?? 0 }))
      .filter(({ likeness }) => likeness >= this.least)
      .sort((one, other) => other.likeness - one.likeness)
    return similar.length > 0 ? { ssdeep, similar } : null
  }
}
