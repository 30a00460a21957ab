export { type ArgumentOptions, StoqArgs } from './cli/args.ts'
export type { Logger, LogLevel } from './config/logger.ts'
export type { Settings, SettingsInput } from './config/settings.ts'
export type { Trace, TraceEvent } from './dispatch/trace.ts'
export type { CompiledRules, MetaValue, RuleFault, RuleMatch, StringMatch } from './dispatch/yara/engine.ts'
export { compileRuleFiles } from './dispatch/yara/load.ts'
export { errorText, StoqError, type StoqErrorCode } from './errors.ts'
export type { RequestOptions } from './ingest/http.ts'
export type { Message, MessageOutcome, Receipt } from './ingest/message.ts'
export { BloomFilter } from './payload/bloom-filter.ts'
export { bytesFrequency } from './payload/bytes-frequency.ts'
export {
  getMd5,
  getSha1,
  getSha256,
  getSha512,
  type Hashes,
  hashPayload,
  hashStream,
} from './payload/hashes.ts'
export { getMagic } from './payload/magic.ts'
export { compareSsdeep, compareSsdeepPayloads, getSsdeep } from './payload/ssdeep.ts'
export { forceUnicode } from './payload/text.ts'
export { Budget, type BudgetLimits } from './pipeline/budget.ts'
export { StoqCarverPlugin } from './plugin/carver.ts'
export { type PluginCategory, pluginCategories } from './plugin/categories.ts'
export { type ByteStream, type SaveKwargs, StoqConnectorPlugin } from './plugin/connector.ts'
export { StoqDecoderPlugin } from './plugin/decoder.ts'
export { StoqDecoratorPlugin } from './plugin/decorator.ts'
export { StoqExtractorPlugin } from './plugin/extractor.ts'
export type { PluginManifest } from './plugin/manifest.ts'
export type {
  Extracted,
  ExtractedResult,
  Kwargs,
  Payload,
  PluginContext,
  StoqPlugin,
} from './plugin/plugin.ts'
export { StoqReaderPlugin } from './plugin/reader.ts'
export { type ProgramOptions, type ProgramResult, runProgram } from './plugin/run-program.ts'
export { StoqSourcePlugin } from './plugin/source.ts'
export { version } from './plugin/version.ts'
export { StoqWorkerPlugin } from './plugin/worker.ts'
export { flatten } from './results/flatten.ts'
export { bytesToText, dumps, loads, normalizeJson, sanitizeJson } from './results/json.ts'
export { formatSize, printable } from './results/printable.ts'
export { countRules, type ReportedRule, reportedRules } from './results/reported-rules.ts'
export { documentSchema } from './results/schema.ts'
export type { DocumentError, ResultDocument, ResultEntry, ScanResult, Truncation } from './results/types.ts'
export { writeArchive } from './results/write.ts'
export { Stoq, type StoqOptions } from './stoq.ts'
