import { readFileSync } from 'node:fs'

/** Version of stoQ, from its package.json. */
export const version: string = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
).version

/** True when `minimum <= core < maximum`; an empty bound does not bind. */
export function isCompatible(minimum: string, maximum: string, core = version): boolean {
  if (minimum && compareVersions(core, minimum) < 0) return false
  return !(maximum && compareVersions(core, maximum) >= 0)
}

/** Dotted numbers compared part by part: negative, 0 or positive. Missing parts are 0. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(part => Number.parseInt(part, 10) || 0)
  const right = b.split('.').map(part => Number.parseInt(part, 10) || 0)
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference) return difference
  }
  return 0
}
