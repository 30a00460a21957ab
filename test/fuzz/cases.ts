import fc from 'fast-check'
import type { Kwargs } from 'stoq'
import { type Mutation, mutate, mutations } from './mutation.ts'
import { repairChecksums } from './repair.ts'
import type { Sample, SampleSets } from './samples.ts'

/** What one call is given. */
export interface FuzzInput {
  payload: Buffer
  kwargs: Kwargs
  /** Bytes and children that the budget of the call allows. */
  limits: { max_bytes: number; max_children: number }
}

interface Case {
  sample: Sample
  changes: Mutation[]
  isRepaired: boolean
  filename: string | null
  isTight: boolean
}

/** Names that were made to get out of a folder, of a terminal or of a text. */
const filenames = [
  '',
  '..',
  '../../x',
  'a\0b',
  '\ud800',
  '\u202etxt.exe',
  'x.gz',
  'x.tgz',
  'a'.repeat(5000),
  '/',
]

export const generous = { max_bytes: 4 * 2 ** 20, max_children: 200 }
const tight = { max_bytes: 3000, max_children: 2 }

/** Every input that the samples can be mutated into; what fails shrinks to fewer and simpler changes. */
export function inputs({ own, others }: SampleSets): fc.Arbitrary<FuzzInput> {
  const payloads = [...own, ...others].map(sample => sample.payload)
  const sets = [own, others].filter(set => set.length > 0).map(set => fc.constantFrom(...set))
  const isOneIn = (count: number) => fc.nat({ max: count - 1 }).map(value => value === count - 1)
  return fc
    .record<Case>({
      sample: fc.oneof(...sets),
      changes: mutations,
      isRepaired: fc.boolean(),
      filename: fc.option(fc.constantFrom(...filenames), { freq: 3 }),
      isTight: isOneIn(8),
    })
    .map(({ sample, changes, isRepaired, filename, isTight }) => {
      const payload = mutate(sample.payload, changes, payloads)
      return {
        payload: isRepaired ? repairChecksums(payload) : payload,
        kwargs: { filename: sample.name, ...sample.kwargs, ...(filename !== null && { filename }) },
        limits: isTight ? tight : generous,
      }
    })
}
