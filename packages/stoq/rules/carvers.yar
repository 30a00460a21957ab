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
