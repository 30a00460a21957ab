let users = 0

/**
 * Keeps damaged documents from ending the process, until `stopIgnoring` is called as often: pdf.js fetches pages ahead
 * (pageDictCache) and forgets the rejection of one that it does not need. Rejections of all others stay what they are.
 */
export function ignoreForgotten(): void {
  if (users++ === 0) process.on('unhandledRejection', ignoreOwn)
}

/** Ends what `ignoreForgotten` began. */
export function stopIgnoring(): void {
  if (--users === 0) process.off('unhandledRejection', ignoreOwn)
}

function ignoreOwn(reason: unknown): void {
  const isOwn = reason instanceof Error && /\bpdfjs\.mjs:/.test(reason.stack ?? '')
  // With a listener there is no default any more: without another one this is what would have happened.
  if (!isOwn && process.listenerCount('unhandledRejection') === 1) throw reason
}
