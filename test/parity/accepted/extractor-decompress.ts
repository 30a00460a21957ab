import type { AcceptedDifference } from '../accepted-differences.ts'

export const accepted: AcceptedDifference[] = [
  [
    'badhdr_cab_mszip.cab',
    'Only the size in the header is a lie: the three members are whole and given, and the error is told.',
  ],
  [
    'badhdr_swf_cws.swf',
    "v1 gives the eight header bytes of a damaged Flash file; damaged content is not given, and Flash is the carver's.",
  ],
  [
    'badhdr_tar_plain.tar',
    'The members behind the damaged header are whole and given, and the damage is told.',
  ],
  ['gz_badcrc.gz', 'The content is given, marked as damaged: a checksum that is wrong must not hide it.'],
  [
    'gz_text.txt.gz@name_nosuffix',
    'Neither the keyword nor the file tells the name that is asked for: it is the one in the gzip header.',
  ],
  [
    'gz_text.txt.gz@name_traversal',
    "The name is the keyword's without folders and suffix, as for every other payload with a suffix.",
  ],
  [
    'gz_text.txt.gz@nofilename',
    'Neither a keyword nor the file tells the name that is asked for: it is the one in the gzip header.',
  ],
  [
    'office_calc.xlsx',
    'Every zip is unpacked, documents as well; v1 goes by a table of MIME types that lacks this one.',
  ],
  [
    'office_word.docx',
    'Every zip is unpacked, documents as well; v1 goes by a table of MIME types that lacks this one.',
  ],
  [
    'office_writer.odt',
    'Every zip is unpacked, documents as well; v1 goes by a table of MIME types that lacks this one.',
  ],
  [
    'pe32_zip_overlay.exe',
    'A program with a zip at its end unpacks itself: what is in the zip is given; v1 goes by a table of MIME types.',
  ],
  ['tar_symlink_dir.tar', 'The member is whole and nothing is written through the link: it is given.'],
  ...['trunc_gz_text.txt.gz', 'trunc_targz.tar.gz', 'trunc_xz_text.xz'].map(sample => [
    sample,
    'v1 gives nothing of a stream that is cut short; what comes before the cut is given, and the early end is told.',
  ]),
  ['trunc_ar_lib.a', 'v1 does not know the format; the whole members are given, and the early end is told.'],
  [
    'trunc_cpio_newc.cpio',
    'v1 does not know the format; the whole members are given, and the early end is told.',
  ],
  [
    'trunc_deb_sample.deb',
    'v1 does not know the format; the whole members are given, and the early end is told.',
  ],
].map(([record, reason]) => ({ record: `extractor/decompress/${record}.json`, reason: String(reason) }))
