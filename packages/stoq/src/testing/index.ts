export {
  type GoldenSample,
  mask,
  readGolden,
  readGoldenSample,
  type SampleSources,
  writeGolden,
} from './golden.ts'
export { openScratch, type Scratch } from './scratch.ts'
