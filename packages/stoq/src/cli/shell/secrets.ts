const words = /pass|secret|token|api_?key|credential|private_?key|(^|[._])auth([._]|$)/i

/** True for the name of an option whose value is nobody's business. */
export function isSecret(name: string): boolean {
  return words.test(name)
}

/** What is shown instead of it: whether it is set, and no more. */
export function masked(value: unknown): string {
  const isEmpty =
    value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length)
  return isEmpty ? '' : '****'
}
