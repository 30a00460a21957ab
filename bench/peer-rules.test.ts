import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findXorSearches, searchXor } from '../packages/stoq/src/dispatch/xor-search.ts'
import { loadYaraEngine } from '../packages/stoq/src/dispatch/yara/load.ts'
import { rulesOfStoq, rulesOfV1 } from './peer-rules.ts'

for (const quick of [true, false])
  test(`the ${quick ? 'quick ' : ''}rules for stoQ find what the rules for yara find`, async () => {
    const engine = await loadYaraEngine('auto')
    const sources = [rulesOfV1(), rulesOfStoq(quick)].map((text, index) => ({ name: `rules${index}`, text }))
    const [v1, stoq] = sources.map(source => engine.compile([source]))
    assert.deepEqual([...(v1?.faults ?? []), ...(stoq?.faults ?? [])], [])
    const searches = findXorSearches(sources.slice(1))
    const keyed = Buffer.from('This program').map(byte => byte ^ 0x41)
    const texts = [
      ...[
        'CWS',
        '..ZWS',
        'xdp:xdp <pdf ',
        'xdp:xdp',
        '....\x02\x00',
        '{\\RT',
        ' {\\rt',
        'PK\x03\x04',
        'PK\x07\x09',
        '1234567**ACE**',
      ],
      ...[
        'xMZ cannot be run in DOS mode',
        'ZM must be run under Win32',
        'cannot be run in DOS mode',
        'MZ',
        '',
      ],
    ]
    for (const payload of [
      ...texts.map(text => Buffer.from(text, 'latin1')),
      Buffer.concat([Buffer.from('..'), keyed]),
    ]) {
      const found = [...(stoq?.scan(payload) ?? []), ...searchXor(payload, searches)].map(({ rule }) => rule)
      const expected = v1?.scan(payload).map(({ rule }) => rule.replace('xor_', 'xored_key_'))
      assert.deepEqual(found, expected, payload.toString('latin1'))
    }
  })
