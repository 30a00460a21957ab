import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acceptedRunDifferences } from './accepted-run-differences.ts'
import { unlikeRecord } from './runs-answer.ts'
import type { Difference } from './runs-compare.ts'
import { unlikeRoots } from './runs-dispatch.ts'
import { type RunRecord, readRunRecords } from './runs-records.ts'
import { unlikeTlp } from './runs-tlp.ts'

const runs = readRunRecords('run')

test('commands and wrong flags do what v1 did, or better', () => assertParity(readRunRecords('command')))

test('the worker yara says of a payload what v1 said', () => assertParity(readRunRecords('worker/yara')))

test('whole runs do what v1 did, or better', () =>
  assertParity(runs.filter(record => !record.roots && !record.max_tlp)))

test('what is found in each sample is what v1 found, or better', () =>
  assertParity(runs.filter(record => record.roots)))

test('a payload is refused where v1 refused it because of its TLP', () =>
  assertParity(runs.filter(record => record.max_tlp)))

test('every accepted difference is of a record, says why, and is listed once', () => {
  const ids = new Set(['command', 'worker/yara', 'run'].flatMap(readRunRecords).map(record => record.id))
  const places = acceptedRunDifferences.map(({ record, path }) => `${record} ${path}`)
  assert.deepEqual(places, [...new Set(places)])
  assert.ok(acceptedRunDifferences.every(({ record, reason }) => ids.has(record) && reason.length > 20))
})

/** Runs every record, two at a time; the differences must be those that are accepted, each of which must still be there. */
async function assertParity(records: RunRecord[]): Promise<void> {
  assert.ok(records.length > 0)
  const waiting = [...records]
  const found: string[] = []
  const work = async () => {
    for (let record = waiting.pop(); record; record = waiting.pop()) found.push(...(await unexpected(record)))
  }
  await Promise.all([work(), work()])
  assert.deepEqual(found.sort(), [])
}

async function unexpected(record: RunRecord): Promise<string[]> {
  const differences = await unlikeRun(record)
  const accepted = acceptedRunDifferences.filter(({ record: id }) => id === record.id)
  const gone = accepted.filter(({ path }) => !differences.some(difference => isAt(difference, path)))
  const others = differences.filter(difference => !accepted.some(({ path }) => isAt(difference, path)))
  return [
    ...others.map(({ path, what }) => `${record.id}: ${path} ${what}`),
    ...gone.map(({ path }) => `${record.id}: ${path} is accepted, but differs no more`),
  ]
}

function unlikeRun(record: RunRecord): Promise<Difference[]> {
  if (record.roots) return unlikeRoots(record)
  return record.max_tlp ? unlikeTlp(record.max_tlp) : unlikeRecord(record)
}

function isAt({ path }: Difference, accepted: string): boolean {
  const parts = accepted.split('*').map(part => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(path)
}
