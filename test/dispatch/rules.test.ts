import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { engines } from '../../packages/stoq/src/dispatch/yara/engine-suite.test.ts'
import { expandIncludes } from '../../packages/stoq/src/dispatch/yara/includes.ts'
import { compiled, faults, hits, sample, samples, sources, tested } from './rule-hits.ts'
import './archives.ts'
import './email.ts'
import './pdf.ts'
import './carvers.ts'
import './office.ts'
import './onenote.ts'
import './encodings.ts'

/** v1's rules and the samples that each of them hit. */
const hitsOfV1: Record<string, string[]> = JSON.parse(
  readFileSync(new URL('v1-hits.json', import.meta.url), 'utf8'),
)

test('the dispatch rules compile and name a plugin and what to do with its results', () => {
  // Not as rules that are known to compile, of which some are compiled only when they are needed.
  const whole = engines.map(engine => engine.compile(sources.map(source => ({ ...source, isProven: false }))))
  for (const rules of whole) rules.close()
  assert.deepEqual(
    whole.flatMap(rules => rules.faults),
    [],
  )
  assert.deepEqual([...faults, ...compiled.flatMap(rules => rules.faults)], [])
  const metas = compiled.flatMap(rules => rules.scan(sample('zip_stored.zip')).map(match => match.meta))
  assert.ok(metas.length > 0)
  assert.ok(
    metas.every(
      meta => /^\w+:\w+$/.test(String(meta['plugin'])) && /^(True|False)$/.test(String(meta['save'])),
    ),
  )
})

test('every sample is hit by the rules that hit it in v1, and by no other of them; Flash needs more than three letters', () => {
  const found: Record<string, string[]> = {}
  for (const name of readdirSync(samples).sort()) {
    for (const rule of hits(sample(name))) if (rule in hitsOfV1) found[rule] = [...(found[rule] ?? []), name]
  }
  // v1 lost the whole document of these two.
  const lost = ['xdp_badb64.xdp', 'xdp_plaintext.xdp']
  found['xdp_file'] = found['xdp_file']?.filter(name => !lost.includes(name)) ?? []
  const noFlash = ['gpg_testkey_secret.asc', 'swf_false_hits.txt', 'swf_neglen.swf']
  found['swf_file'] = [...(found['swf_file'] ?? []), ...noFlash].sort()
  assert.deepEqual(found, hitsOfV1)
})

test('each dispatch rule has payloads that it hits and payloads that it does not', () => {
  const names = sources.flatMap(source => {
    const expanded = expandIncludes(source)
    assert.ok('facts' in expanded)
    return expanded.facts.rules.filter(rule => !rule.isPrivate).map(rule => rule.name)
  })
  assert.deepEqual(names.sort(), [...tested].sort())
})
