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

// lzip, version 1.
rule lzip_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint32be(0) == 0x4C5A4950 and uint8(4) == 1 and (uint8(5) & 0x1F) >= 12 and (uint8(5) & 0x1F) <= 29
}

// "SZDD": what COMPRESS.EXE of MS-DOS made.
rule szdd_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint32be(0) == 0x535A4444 and uint32be(4) == 0x88F02733 and uint8(8) == 0x41
}

// ---- packages and archives of systems ----

rule wim_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint32be(0) == 0x4D535749 and uint32be(4) == 0x4D000000
}

// Header of 28 bytes: installer packages of macOS.
rule xar_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint32be(0) == 0x78617221 and uint16be(4) == 0x1C
}

rule chm_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint32be(0) == 0x49545346 and uint32(4) == 3
}

// A compound file whose root has the class of installer packages, patches or transforms.
rule msi_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint32be(0) == 0xD0CF11E0 and uint32be(4) == 0xA1B11AE1 and (
      (uint16(30) == 9 and uint32((uint32(48) + 1) * 512 + 80) >= 0xC1082 and
        uint32((uint32(48) + 1) * 512 + 80) <= 0xC1086 and uint32be((uint32(48) + 1) * 512 + 88) == 0xC0000000) or
      (uint16(30) == 12 and uint32((uint32(48) + 1) * 4096 + 80) >= 0xC1082 and
        uint32((uint32(48) + 1) * 4096 + 80) <= 0xC1086 and uint32be((uint32(48) + 1) * 4096 + 88) == 0xC0000000)
    )
}

// A program with an archive in it: NSIS, 7z, RAR, or a zip at its end; and the archive of an NSIS installer alone.
rule self_extracting_program {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  strings:
    $nsis = { EF BE AD DE 4E 75 6C 6C 73 6F 66 74 49 6E 73 74 }
    $seven_zip = { 37 7A BC AF 27 1C 00 }
    $rar4 = { 52 61 72 21 1A 07 00 }
    $rar5 = { 52 61 72 21 1A 07 01 00 }
    // The number of a disk follows: others than 0 and 0xFFFF (told elsewhere) are parts of archives.
    $zip = { 50 4B 05 06 00 }
    $zip64 = { 50 4B 05 06 FF }
  condition:
    any of them and (
      $nsis at 4 or (
        (
          uint16be(0) == 0x4D5A or uint32be(0) == 0x7F454C46 or
          uint32be(0) == 0xFEEDFACE or uint32be(0) == 0xFEEDFACF or uint32be(0) == 0xCEFAEDFE or uint32be(0) == 0xCFFAEDFE
        ) and
        ($nsis or $seven_zip or $rar4 or $rar5 or for any of ($zip*) : (for any i in (1..#) : (@[i] + 65557 >= filesize)))
      )
    )
}

// ---- images of disks ----

// Conectix, Hyper-V, VMware (sparse), VirtualBox, QEMU, Android: disks that grow.
rule virtual_disk {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    (uint32be(0) == 0x636F6E65 and uint32be(4) == 0x63746978) or
    (uint32be(0) == 0x76686478 and uint32be(4) == 0x66696C65) or
    (uint32be(0) == 0x4B444D56 and uint32(4) <= 3) or
    (uint32be(64) == 0x7F10DABE and filesize > 512) or
    (uint32be(0) == 0x514649FB and uint32be(4) >= 1 and uint32be(4) <= 3) or
    (uint32be(0) == 0x3AFF26ED and uint16(4) == 1)
}

// Images of macOS end with a header of 512 bytes, version 4.
rule dmg_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    filesize >= 1024 and uint32be(filesize - 512) == 0x6B6F6C79 and uint32be(filesize - 508) == 4 and
    uint32be(filesize - 504) == 512
}

// Tables of partitions: GPT, Apple's, and master boot records (four flags of 0 or 0x80; the first has type, start, size).
rule partitioned_disk {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    (uint32be(512) == 0x45464920 and uint32be(516) == 0x50415254) or
    (uint16be(0) == 0x4552 and (uint32be(512) == 0x504D0000 or uint32be(2048) == 0x504D0000)) or
    (
      uint16be(510) == 0x55AA and
      (uint8(446) & 0x7F) == 0 and (uint8(462) & 0x7F) == 0 and (uint8(478) & 0x7F) == 0 and (uint8(494) & 0x7F) == 0 and
      uint8(450) != 0 and uint32(454) != 0 and uint32(458) != 0 and uint32(454) * 512 < filesize
    )
}

// FAT with the parameters of its boot sector, NTFS, ext2 to ext4, HFS+ and HFSX.
rule volume_image {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    (
      uint16be(510) == 0x55AA and (uint16be(54) == 0x4641 or uint32be(82) == 0x46415433) and
      (uint8(16) == 1 or uint8(16) == 2) and (uint16(11) & 0x1FF) == 0 and uint16(11) != 0
    ) or
    (uint32be(3) == 0x4E544653 and uint32be(7) == 0x20202020) or
    (uint16(1080) == 0xEF53 and uint32(1048) <= 6 and uint32(1100) <= 1 and filesize >= 2048) or
    uint32be(1024) == 0x482B0004 or uint32be(1024) == 0x48580005
}

// Volumes that are only read: SquashFS 4 (either order of bytes) and cramfs.
rule packed_volume {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    (uint32be(0) == 0x68737173 and uint16(28) >= 1 and uint16(28) <= 4) or
    (uint32be(0) == 0x73717368 and uint16be(28) >= 1 and uint16be(28) <= 4) or
    (uint32be(16) == 0x436F6D70 and uint32be(20) == 0x72657373)
}

// Without the descriptor of ISO 9660: "BEA01" and "NSR02" or "NSR03" in the volume descriptors of UDF.
rule udf_file {
  meta:
    plugin = "extractor:decompress"
    save = "True"
  condition:
    uint32be(0x8001) == 0x42454130 and uint32be(0x8801) == 0x4E535230
}
