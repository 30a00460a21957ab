// What stands anywhere in other files, or is cut out of them.

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
    any of them and for any of them : (
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
    $namespace = "http://ns.adobe.com/xdp/pdf/"
  condition:
    $xdp and ($pdf or $namespace)
}

// "{\rt" in capitals or small letters.
rule rtf_file {
  meta:
    plugin = "carver:rtf"
    save = "True"
  condition:
    (uint32be(0) | 0x00002020) == 0x7B5C7274
}

// A program under a repeating XOR key of 2 to 32 bytes, from the first byte on. The end of a DOS header is zeros: there the
// key stands as it is. So what a whole number of keys further, at 28 or behind it, is not the key of one byte, makes `MZ` of
// the first two bytes; and what is a key apart is the same.
rule xored_exe_file {
  meta:
    plugin = "carver:pe_ham_brute"
    save = "True"
  condition:
    uint32(32) != uint32(33) and
    for any k in (2..32) : (
      uint16(58) == uint16(58 - k) and
      uint16(62) == uint16(62 - k) and
      (uint16(0) ^ uint16(((27 \ k) + 1) * k)) == 0x5A4D
    )
}

// Images that may be followed by more: where PNG, JPEG and GIF end is found by reading them; BMP says how long it is.
rule image_overlay {
  meta:
    plugin = "carver:overlay"
    save = "True"
  condition:
    uint32be(0) == 0x89504E47 or
    (uint32be(0) & 0xFFFFFF00) == 0xFFD8FF00 or
    uint32be(0) == 0x47494638 or
    (uint16be(0) == 0x424D and uint32(2) < filesize and uint32(14) >= 12 and uint32(14) <= 124)
}

// PE files, and ELF files that are longer than their section headers, which are the last that compilers write.
rule program_overlay {
  meta:
    plugin = "carver:overlay"
    save = "True"
  condition:
    (uint16be(0) == 0x4D5A and uint32be(uint32(0x3C)) == 0x50450000) or
    (
      uint32be(0) == 0x7F454C46 and (
        uint8(5) == 2 or
        (uint8(4) == 1 and uint32(0x20) + uint16(0x2E) * uint16(0x30) < filesize) or
        (uint8(4) == 2 and uint32(0x28) + uint16(0x3A) * uint16(0x3C) < filesize)
      )
    )
}

// Zips whose directory is not right before the 22 bytes that end them: a comment, or something behind them.
rule zip_overlay {
  meta:
    plugin = "carver:overlay"
    save = "True"
  condition:
    uint32be(0) == 0x504B0304 and
    not (uint32be(filesize - 22) == 0x504B0506 and uint32(filesize - 10) + uint32(filesize - 6) == filesize - 22)
}

// Zips that begin later, behind something that is no file with an end of its own: a script, a header.
rule prefixed_zip {
  meta:
    plugin = "carver:overlay, extractor:decompress"
    save = "True"
  condition:
    uint32be(filesize - 22) == 0x504B0506 and uint16be(0) != 0x504B and uint16be(0) != 0x4D5A and
    not (
      uint32be(0) == 0x89504E47 or
      uint16be(0) == 0xFFD8 or
      uint32be(0) == 0x47494638 or
      uint16be(0) == 0x424D or
      uint32be(0) == 0x7F454C46 or
      uint32be(0) == 0x25504446
    )
}

rule pdf_overlay {
  meta:
    plugin = "carver:overlay"
    save = "True"
  condition:
    uint32be(0) == 0x25504446
}
