import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { type FuzzInput, inputs } from './cases.ts'
import type { Finding } from './protocol.ts'
import { type Outcome, runChild, type Wish } from './session.ts'
import { findTargets } from './targets.ts'

/** Seconds that the search for a smaller input may take when each try costs a process. */
const searchTime = 120

/** What a child died of or hangs at, as a finding; each input that is tried for a smaller one gets a process of its own. */
export async function findingOf(wish: Wish, { lost, chosen }: Outcome): Promise<Finding | null> {
  if (!lost) return null
  const { flight, fault } = lost
  const base = { target: wish.target, fault, seed: flight?.seed ?? null }
  if (!flight) return { ...base, path: null, payload: Buffer.alloc(0), kwargs: {} }
  const path = String(flight.index)
  if (wish.files) return { ...base, path: null, ...flight.input }
  const smaller = await shrink(wish, chosen, flight.seed, path)
  return { ...base, path, ...(smaller ?? flight.input) }
}

async function shrink(wish: Wish, chosen: number[], seed: number, path: string): Promise<FuzzInput | null> {
  const target = findTargets(wish.plugins).find(({ id }) => id === wish.target)
  if (!target) return null
  const { own, others } = target.samples()
  const arbitrary = inputs({ own, others: chosen.flatMap(index => others[index] ?? []) })
  let smallest: FuzzInput | null = null
  const property = fc.asyncProperty(arbitrary, async input => {
    if (!(await isLost(wish, input))) return true
    smallest = input
    return false
  })
  await fc.check(property, { seed, path, numRuns: 1, interruptAfterTimeLimit: searchTime * 1000 })
  return smallest
}

async function isLost(wish: Wish, { payload, kwargs }: FuzzInput): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'stoq-fuzz-input-'))
  const file = join(folder, 'input')
  writeFileSync(file, payload)
  writeFileSync(`${file}.kwargs.json`, JSON.stringify(kwargs))
  try {
    const { onProgress: _, ...rest } = wish
    const outcome = await runChild({ hangsAfter: 15, ...rest, files: [file] })
    return outcome.lost !== null
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
