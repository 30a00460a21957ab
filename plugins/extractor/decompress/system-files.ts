import type { Listed } from './sevenzip-listing.ts'

/** What 7-Zip shows of the files in which a volume keeps its own books: of NTFS and of ext3 and ext4. */
const names = new Set(
  [
    ...[
      '$MFT',
      '$MFTMirr',
      '$LogFile',
      '$Volume',
      '$AttrDef',
      '$Bitmap',
      '$Boot',
      '$BadClus',
      '$Secure',
      '$UpCase',
    ],
    ...[
      '$Extend/$Quota',
      '$Extend/$ObjId',
      '$Extend/$Reparse',
      '$Extend/$UsnJrnl',
      '$Extend/$RmMetadata/$Repair',
    ],
  ]
    .map(name => `[SYSTEM]/${name}`)
    .concat('[SYS]/Journal'),
)

/**
 * The members of an image that hold its own books. 7-Zip lists these first, under folders of its own making: what comes
 * later under such a name was put there by somebody and is content.
 */
export function systemFiles(type: string | null, listed: readonly Listed[]): ReadonlySet<Listed> {
  const found = new Map<string, Listed>()
  if (type !== null && type !== 'ntfs' && type !== 'ext') return new Set()
  for (const member of listed) {
    const isKnown = names.has(member.path.replace(/:\$[^/]*$/, ''))
    if (isKnown && !found.has(member.path)) found.set(member.path, member)
  }
  return new Set(found.values())
}
