import type { SevenZipModuleFactory } from '7z-wasm'
import sevenZip from '7z-wasm'

/** `content` packed by 7-Zip as one file; the type follows from the suffix. For formats that Node cannot write. */
export async function packWithSevenZip(suffix: 'bz2' | 'xz', content: Uint8Array): Promise<Buffer> {
  const program = await (sevenZip as unknown as SevenZipModuleFactory)({
    print: () => {},
    printErr: () => {},
  })
  const { exitCode } = process
  program.FS.writeFile('content', content)
  program.callMain(['a', '-y', '-mx=1', `packed.${suffix}`, 'content'])
  process.exitCode = exitCode
  return Buffer.from(program.FS.readFile(`packed.${suffix}`))
}
