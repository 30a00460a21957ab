import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { readGolden } from 'stoq/testing'
import { findingOf } from './minimise.ts'
import type { Finding } from './protocol.ts'
import { crasherFolders, crashers } from './samples.ts'
import { runChild, type Wish } from './session.ts'
import { findTargets, type Target } from './targets.ts'

/** A short look at every plugin and at every part of the core that reads strangers' bytes; `npm run fuzz` looks longer. */
const targets = findTargets()

/** The same cases at every run, then new ones. */
const fixedSeeds = [1, 2]
const freshSeed = randomInt(2 ** 31 - 2 ** 20)

/** Processor time for all targets together, in seconds, and the least that one of them gets. */
const total = 30
const seconds = Math.max(1, total / targets.length)

process.stdout.write(`fuzz: seeds ${fixedSeeds.join(', ')} and from ${freshSeed}\n`)

describe('hostile input', { concurrency: availableParallelism() }, () => {
  for (const target of targets) {
    test(`${target.id} stands what its samples are mutated into`, () =>
      assertStands({ target: target.id, seeds: [...fixedSeeds, freshSeed], seconds }))
  }
  for (const target of targets.filter(hasCrashers)) {
    test(`${target.id} stands what once made it fail`, () => {
      const files = crasherNames(target).map(name => join(crashers, target.id, name))
      return assertStands({ target: target.id, seeds: [], seconds: 0, files })
    })
  }
})

test('every crasher belongs to a target', () => {
  const known = new Set(targets.map(({ id }) => id))
  const folders = crasherFolders()
  assert.deepEqual(
    folders.filter(folder => !known.has(folder)),
    [],
  )
})

async function assertStands(wish: Wish): Promise<void> {
  const outcome = await runChild(wish)
  const lost = await findingOf(wish, outcome)
  const findings = [...outcome.findings, ...(lost ? [lost] : [])]
  assert.deepEqual(findings.map(describeFinding), [])
  assert.ok(outcome.cases > 0, 'no case was run')
}

function describeFinding({ target, fault, seed, path, payload }: Finding): string {
  const replay =
    seed === null ? '' : `; npm run fuzz -- ${target} --seed ${seed}${path === null ? '' : ` --path ${path}`}`
  return `${fault} (${payload.length} bytes${replay})`
}

function hasCrashers(target: Target): boolean {
  return crasherNames(target).length > 0
}

function crasherNames({ id }: Target): string[] {
  return readGolden(join(crashers, id)).map(({ name }) => name)
}
