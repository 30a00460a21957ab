/*
  Which plugin takes a payload apart.

  A rule takes part when it matches and has meta `plugin`: one or more `category:name`, separated by commas, of the categories
  carver, decoder, extractor and worker. `save` says whether what the plugin finds is archived. Every other meta is a
  keyword for the plugin and a key of the result.

  Whatever stands at a fixed place is read with uint8() and its kin, which costs nothing; strings are for what may stand
  anywhere. uint16(), uint32() read the low byte first, uint16be(), uint32be() the high byte first. Regular expressions and
  nocase strings cost most: with `is_pdf and ...` they are looked for only where the rule is_pdf matches.
*/

// ---- carvers ----

// Programs for DOS and Windows, wherever they are: by the sentence of the DOS stub, or by a PE header in its place.
rule exe_file {
  meta:
    plugin = "carver:pe"
    save = "True"
  strings:
    $dos = "cannot be run in DOS mode"
    $win32 = "must be run under Win32"
  condition:
    any of them or (uint16be(0) == 0x4D5A and uint32be(uint32(0x3C)) == 0x50450000)
}

// OLE2 compound files: Office 97-2003, MSI, MSG.
rule ole_file {
  meta:
    plugin = "carver:ole"
    save = "False"
  strings:
    $magic = { D0 CF 11 E0 A1 B1 1A E1 00 00 00 }
  condition:
    $magic
}

// The stream of an OLE2 file that holds an embedded file ("\x01Ole10Native"): size, then 02 00.
rule ole_package_stream {
  meta:
    plugin = "carver:olepackagestream"
    save = "True"
  condition:
    uint16be(4) == 0x0200
}

// Flash: plain, zlib, LZMA. Three letters alone are met by chance in every 600 kB: a version up to 60 and a length below
// 512 MB follow them.
rule swf_file {
  meta:
    plugin = "carver:swf"
    save = "True"
  strings:
    $cws = "CWS"
    $fws = "FWS"
    $zws = "ZWS"
  condition:
    for any of them : (
      for any i in (1..#) : (
        uint8(@[i] + 3) >= 1 and uint8(@[i] + 3) <= 60 and uint32(@[i] + 4) >= 8 and uint32(@[i] + 4) < 0x20000000
      )
    )
}

// PDF in XML.
rule xdp_file {
  meta:
    plugin = "carver:xdp"
    save = "True"
  strings:
    $xdp = "xdp:xdp"
    $pdf = "<pdf "
  condition:
    all of them
}

// "{\rt" in capitals or small letters.
rule rtf_file {
  meta:
    plugin = "carver:rtf"
    save = "True"
  condition:
    (uint32be(0) | 0x00002020) == 0x7B5C7274
}

// ---- decoders ----

// Programs under a XOR key of one byte. `xor_search` finds the text under every key from 1 to 255 in one pass; each key
// found counts as a rule xor_This_program_key_<key> with meta `key`.
rule xor_This_program {
  meta:
    plugin = "decoder:xor"
    save = "True"
    xor_search = "This program"
  condition:
    false
}

// A payload that is the base64 of a program, zip, OLE2 or gzip file: its first three bytes, then 60 of the alphabet.
rule base64_file {
  meta:
    plugin = "decoder:b64"
    save = "True"
  condition:
    (
      (uint16be(0) == 0x5456 and uint8(2) >= 0x6F and uint8(2) <= 0x72) or // TVo TVp TVq TVr: MZ
      uint32be(0) == 0x55457344 or // UEsD: PK 03
      uint32be(0) == 0x304D3852 or // 0M8R: D0 CF 11
      uint32be(0) == 0x48347349 // H4sI: 1F 8B 08
    ) and
    for all i in (3..63) : (
      (uint8(i) >= 0x61 and uint8(i) <= 0x7A) or
      (uint8(i) >= 0x41 and uint8(i) <= 0x5A) or
      (uint8(i) >= 0x2F and uint8(i) <= 0x39) or // "/" and digits
      uint8(i) == 0x2B or
      uint8(i) == 0x0A or
      uint8(i) == 0x0D
    )
}

// ---- archives ----

// Local header, end of an empty archive, spanning marker (two kinds). Office, jar and apk files are zips.
rule zip_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint16be(0) == 0x504B and (
      uint16be(2) == 0x0304 or
      uint16be(2) == 0x0506 or
      uint16be(2) == 0x0708 or
      (uint16be(2) == 0x3030 and uint32be(4) == 0x504B0304)
    )
}

rule seven_zip_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint32be(0) == 0x377ABCAF and uint16be(4) == 0x271C
}

// Versions 1.5 to 4, version 5, and 1.4.
rule rar_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    (uint32be(0) == 0x52617221 and uint16be(4) == 0x1A07 and (uint8(6) == 0 or uint16be(6) == 0x0100)) or
    (uint32be(0) == 0x52457E5E and uint16(4) >= 7)
}

rule ace_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint32be(7) == 0x2A2A4143 and uint16be(11) == 0x452A and uint8(13) == 0x2A
}

// Header of 30 to 2600 bytes, type "archive header".
rule arj_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint16be(0) == 0x60EA and uint16(2) >= 30 and uint16(2) <= 2600 and uint8(4) >= 30 and uint8(10) == 2
}

// Method "-lh?-" or "-lz?-", header level 0 to 3.
rule lzh_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint16be(2) == 0x2D6C and uint8(6) == 0x2D and (uint8(4) == 0x68 or uint8(4) == 0x7A) and uint8(20) <= 3
}

rule cab_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint32be(0) == 0x4D534346 and uint32(4) == 0
}

// "ustar" of POSIX and GNU; before it was there, octal digits where mode, size and checksum end.
rule tar_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    (uint32be(257) == 0x75737461 and uint8(261) == 0x72) or
    (
      uint16be(154) == 0x0020 and
      (uint32be(150) & 0xF8F8F8F8) == 0x30303030 and
      (uint8(134) & 0xF8) == 0x30 and
      (uint16be(104) & 0xF8F8) == 0x3030 and
      (uint8(135) & 0xDF) == 0 and
      uint8(0) > 0x20
    )
}

// "070701", "070702" (new), "070707" (old, portable); then the length of a name begins with zeros.
rule cpio_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint32be(0) == 0x30373037 and uint8(4) == 0x30 and (
      ((uint8(5) == 0x31 or uint8(5) == 0x32) and uint32be(94) == 0x30303030) or
      (uint8(5) == 0x37 and uint16be(59) == 0x3030)
    )
}

// "!<arch>\n": static libraries and Debian packages.
rule ar_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint32be(0) == 0x213C6172 and uint32be(4) == 0x63683E0A
}

rule rpm_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint32be(0) == 0xEDABEEDB
}

// "CD001" in the first volume descriptor.
rule iso_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint32be(0x8001) == 0x43443030 and uint8(0x8005) == 0x31
}

// ---- compressed files ----

// Method deflate, reserved flags clear.
rule gzip_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint16be(0) == 0x1F8B and uint8(2) == 8 and (uint8(3) & 0xE0) == 0
}

// "BZh1" to "BZh9", then a block or the end of an empty stream.
rule bzip2_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint16be(0) == 0x425A and uint8(2) == 0x68 and uint8(3) >= 0x31 and uint8(3) <= 0x39 and
    (uint32be(4) == 0x31415926 or uint32be(4) == 0x17724538)
}

rule xz_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint32be(0) == 0xFD377A58 and uint16be(4) == 0x5A00
}

// A frame, or a frame behind one that is to be skipped.
rule zstd_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint32(0) == 0xFD2FB528 or
    ((uint32(0) & 0xFFFFFFF0) == 0x184D2A50 and uint32(uint32(4) + 8) == 0xFD2FB528)
}

// LZMA alone has no magic: the usual properties, a dictionary of 4 KiB to 1.5 GiB in whole pages, an unknown size or one
// below 256 GiB, and the byte 0 that every stream begins with.
rule lzma_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint8(0) == 0x5D and (uint32(1) & 0xFFF) == 0 and uint32(1) >= 0x1000 and uint32(1) <= 0x60000000 and
    ((uint32(5) == 0xFFFFFFFF and uint32(9) == 0xFFFFFFFF) or uint32(9) < 0x40) and uint8(13) == 0
}

// compress: 9 to 16 bits, reserved flags clear.
rule compress_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint16be(0) == 0x1F9D and (uint8(2) & 0x60) == 0 and (uint8(2) & 0x1F) >= 9 and (uint8(2) & 0x1F) <= 16
}
