/** What a scan process runs: compiled code is shared with the process that started it. */
import * as nodeModule from 'node:module'

const cache = process.env['STOQ_COMPILE_CACHE']
if (cache) nodeModule.enableCompileCache?.(cache)
const { serve } = await import('./child-service.ts')
serve()
// What every scan needs is loaded while it is still decided what to scan.
await Promise.allSettled([import('../index.ts'), import('@litko/yara-x')])
