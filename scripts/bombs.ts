/**
 * Writes files that are made to overwhelm whoever unpacks them: `node scripts/bombs.ts FOLDER [--small]`. Piece by piece,
 * so that little memory is held. Small ones are for CI: 1.25 GiB in place of 10, a hundred thousand in place of a million.
 */
import { mkdirSync } from 'node:fs'
import { type Bomb, large, small, writeBomb } from './bombs/bomb.ts'
import { documentBombs } from './bombs/documents.ts'
import { nestBombs } from './bombs/nests.ts'
import { quineBombs } from './bombs/quine.ts'
import { tarBombs } from './bombs/tar.ts'
import { trapBombs } from './bombs/traps.ts'
import { zeroBombs } from './bombs/zeros.ts'
import { zipBombs } from './bombs/zip-bombs.ts'

/** Every bomb there is. */
export const bombs: readonly Bomb[] = [
  ...zeroBombs,
  ...nestBombs,
  ...quineBombs,
  ...zipBombs,
  ...tarBombs,
  ...documentBombs,
  ...trapBombs,
]

/** Writes all bombs into `folder`; gives name and size of each. */
export async function writeBombs(
  folder: string,
  options: { isSmall?: boolean } = {},
): Promise<{ name: string; size: number }[]> {
  mkdirSync(folder, { recursive: true })
  const written: { name: string; size: number }[] = []
  for (const bomb of bombs) {
    written.push({ name: bomb.name, size: await writeBomb(folder, bomb, options.isSmall ? small : large) })
  }
  return written
}

if (import.meta.main) {
  const words = process.argv.slice(2)
  const [folder, ...others] = words.filter(word => word !== '--small')
  if (folder === undefined || others.length > 0 || folder.startsWith('-')) {
    process.stderr.write('usage: node scripts/bombs.ts FOLDER [--small]\n')
    process.exit(2)
  }
  for (const { name, size } of await writeBombs(folder, { isSmall: words.includes('--small') })) {
    process.stdout.write(`${String(size).padStart(12)} ${name}\n`)
  }
}
