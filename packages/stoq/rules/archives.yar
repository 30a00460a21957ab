// Archives, images of disks, compressed files.

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
