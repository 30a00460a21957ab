/** After `npm ci -w stoq --omit=dev`: fails when a package is there that only a plugin needs. Runs on any Node. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'

const foreign = readdirSync('plugins')
  .flatMap(kind => readdirSync(`plugins/${kind}`).map(name => `plugins/${kind}/${name}/package.json`))
  .filter(file => existsSync(file))
  .flatMap(file => Object.keys(JSON.parse(readFileSync(file, 'utf8')).dependencies ?? {}))
const there = foreign.filter(name => existsSync(`node_modules/${name}`))
console.log(
  there.length
    ? `only plugins need: ${there.join(', ')}`
    : `the core stands alone: ${foreign.join(', ')} are not there`,
)
process.exit(there.length ? 1 : 0)
