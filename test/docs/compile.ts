import { join } from 'node:path'
import ts from 'typescript'
import { root } from './markdown.ts'

/** A block of TypeScript in a document. */
export interface Block {
  path: string
  line: number
  code: string
}

/** What the compiler says of the blocks, each a module of its own below `examples`; empty when all is well. */
export function compile(blocks: readonly Block[]): string[] {
  const config = ts.getParsedCommandLineOfConfigFile(join(root, 'tsconfig.json'), {}, configHost)
  const options = { ...config?.options, noEmit: true }
  const files = new Map(blocks.map((block, index) => [join(root, `examples/block-${index}.ts`), block]))
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  host.fileExists = path => files.has(path) || fileExists(path)
  host.readFile = path => files.get(path)?.code ?? readFile(path)
  const program = ts.createProgram([...files.keys()], options, host)
  return ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file === undefined || files.has(file.fileName))
    .map(diagnostic => describe(diagnostic, files))
}

const configHost: ts.ParseConfigFileHost = {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
    throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'))
  },
}

function describe(
  { file, start = 0, messageText }: ts.Diagnostic,
  files: ReadonlyMap<string, Block>,
): string {
  const text = ts.flattenDiagnosticMessageText(messageText, ' ')
  const block = file && files.get(file.fileName)
  if (!file || !block) return text
  return `${block.path}:${block.line + file.getLineAndCharacterOfPosition(start).line}: ${text}`
}
