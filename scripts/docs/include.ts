/** Puts files into a page: a block that says `from=PATH` after its language holds the text of that file of the checkout. */
export function includeFiles(text: string, read: (path: string) => string): string {
  return text.replace(
    /^(```\w+.* from=(\S+).*\n)[\s\S]*?^```$/gm,
    (_, head: string, path: string) => `${head}${nonEmpty(read(path), path)}\`\`\``,
  )
}

function nonEmpty(content: string, path: string): string {
  if (content === '') throw new Error(`${path}, which a page includes, is not there`)
  return content
}
