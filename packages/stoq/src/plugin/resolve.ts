import { registerHooks } from 'node:module'
import { extname } from 'node:path'

const extension = extname(import.meta.url)
const own: Record<string, string> = {
  stoq: new URL(`../index${extension}`, import.meta.url).href,
  'stoq/testing': new URL(`../testing/index${extension}`, import.meta.url).href,
}
let registered = false

/** Makes `import … from 'stoq'` mean this running copy, whatever folder a plugin is in: `instanceof` needs one copy. */
export function shareOwnClasses(): void {
  if (registered) return
  registered = true
  registerHooks({
    resolve(specifier, context, next) {
      const url = own[specifier]
      return url ? { url, shortCircuit: true } : next(specifier, context)
    },
  })
}
