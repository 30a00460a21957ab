import { isUtf8 } from 'node:buffer'
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { bundledPlugins, bundledRules } from '../../config/bundled.ts'
import { StoqError } from '../../errors.ts'
import { reasonOf } from '../../ingest/read-file.ts'
import type { RuleSource } from './engine.ts'

/** The largest public rule sets are a tenth of this. */
const maxFileSize = 128 * 1024 * 1024

/** The rules of one file; its includes are found beside it. Throws STOQ_SOURCE_UNREADABLE. */
export function readRuleSource(path: string): RuleSource {
  const directory = dirname(resolve(path))
  const isProven = directory === dirname(bundledRules) || directory.startsWith(bundledPlugins + sep)
  return { name: path, text: readRuleText(path), directory, ...(isProven && { isProven }) }
}

/**
 * The text of a file of rules, without byte order mark. Throws STOQ_SOURCE_UNREADABLE.
 * Where the file is not UTF-8, bytes above 0x7f become `\xNN`, which means the same in the patterns of YARA and nothing in its comments.
 */
export function readRuleText(path: string): string {
  const bytes = readRegularFile(path)
  if (isUtf8(bytes)) return bytes.toString('utf8').replace(/^\uFEFF/, '')
  return bytes.toString('latin1').replace(/[\x80-\xff]/g, char => `\\x${char.charCodeAt(0).toString(16)}`)
}

function readRegularFile(path: string): Buffer {
  try {
    const stat = statSync(path)
    if (!stat.isFile()) throw new Error('not a regular file')
    if (stat.size > maxFileSize) throw new Error(`larger than ${maxFileSize} bytes`)
    return readFileSync(path)
  } catch (error) {
    throw new StoqError('STOQ_SOURCE_UNREADABLE', [path, reasonOf(error)], { cause: error })
  }
}
