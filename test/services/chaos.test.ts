import assert from 'node:assert/strict'
import { runChaos } from '../../scripts/chaos/run.ts'
import { serviceTest } from './service.ts'

serviceTest(
  ['rabbitmq', 'mongodb'],
  'nothing is lost while processes are killed and servers go away, and repeats have the id of the first',
  async () => {
    const said: string[] = []
    const { lost, left, ambiguous, saved, ids } = await runChaos({
      messages: 400,
      times: {
        'kill -9 of a consumer': 1,
        'kill -9 of a scan process': 2,
        'SIGTERM of a consumer': 1,
        'broker restart': 1,
        'MongoDB away': 1,
      },
      away: 3,
      tell: text => said.push(text),
    })
    const found = { lost, left, ambiguous, saved, ids }
    const wanted = { lost: 0, left: 0, ambiguous: 0, saved: 400, ids: 400 }
    assert.deepEqual(found, wanted, said.join('\n'))
  },
)
