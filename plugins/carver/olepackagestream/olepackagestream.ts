import { type ExtractedResult, type Payload, StoqCarverPlugin } from 'stoq'
import { type PackageStream, readPackageStream } from './package-stream.ts'

/**
 * Carves the file out of an `\x01Ole10Native` stream that holds a package. meta: v1's `Header`, `Label`, `OriginalPath`,
 * `FormatId`, `DefaultExtractPath` with its length, and the same names in UTF-16 (`…W`) where the package has them, as text;
 * `filename`, `original_path`, `size`, and `damaged` when the content is cut.
 */
export class OlePackageStreamCarver extends StoqCarverPlugin {
  carve(payload: Payload): ExtractedResult {
    const found = readPackageStream(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength))
    return found && [[metaOf(found), found.content]]
  }
}

function metaOf(found: PackageStream): Record<string, unknown> {
  const { content, declaredSize } = found
  const [extractPathW, labelW, originW] = found.wide
  const label = labelW?.text || found.label
  const origin = originW?.text || found.originalPath
  const filename = baseName(label) ?? baseName(origin)
  return {
    ...(filename !== null && { filename }),
    size: content.length,
    ...(origin !== '' && origin !== filename && { original_path: origin }),
    Header: '0200',
    Label: found.label,
    OriginalPath: found.originalPath,
    FormatId: found.formatId,
    DefaultExtractPathLength: found.extractPathLength,
    DefaultExtractPath: found.extractPath.replaceAll('\0', ''),
    ...(extractPathW && {
      DefaultExtractPathWLength: extractPathW.length,
      DefaultExtractPathW: extractPathW.text,
    }),
    ...(labelW && { LabelWLength: labelW.length, LabelW: labelW.text }),
    ...(originW && { OrgFileWLength: originW.length, OrgFileW: originW.text }),
    ...(content.length < declaredSize && { damaged: `${content.length} of ${declaredSize} bytes are there` }),
  }
}

/** Last part of a path; both kinds of slash separate. Null when nothing is left that could be a name. */
function baseName(path: string): string | null {
  return path.split(/[/\\]/).findLast(part => part !== '' && part !== '.' && part !== '..') ?? null
}
