// What a scan process runs. Plain JavaScript: to strip types would cost as much as the start of Node.
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'

// Compiled code is shared with the process that started this one.
const cache = process.env.STOQ_COMPILE_CACHE
if (cache) nodeModule.enableCompileCache?.(cache)

const source = new URL('../src/pool/child-service.ts', import.meta.url)
const built = new URL('../dist/pool/child-service.js', import.meta.url)
const runsFromSource = existsSync(source)
const { serve } = await import((runsFromSource ? source : built).href)
serve()
// What every scan needs is loaded while it is still decided what to scan.
const library = new URL(runsFromSource ? '../src/index.ts' : '../dist/index.js', import.meta.url)
await Promise.allSettled([import(library.href), import('@litko/yara-x')])
