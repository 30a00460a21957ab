export { type Answer, answerOf, askPlugin, type Call, type Found } from './answer.ts'
export { type ConformanceOptions, conformance } from './conformance.ts'
export {
  type GoldenSample,
  mask,
  readGolden,
  readGoldenSample,
  type SampleSources,
  writeGolden,
} from './golden.ts'
export { type GoldenOptions, goldenAnswers } from './golden-answers.ts'
export {
  type OpenPlugin,
  openPlugin,
  type PluginAnswer,
  type RunInput,
  type RunOptions,
  runPlugin,
} from './run-plugin.ts'
export { type ScanOptions, scanMessage } from './scan-message.ts'
export { openScratch, type Scratch } from './scratch.ts'
