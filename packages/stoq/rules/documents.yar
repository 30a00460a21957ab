// Documents and mail.

// OneNote: a section or its table of contents, or the frame of an embedded file in what is left of one.
rule onenote_file {
  meta:
    plugin = "extractor:onenote"
    save = "True"
  strings:
    $embedded = { E7 16 E3 BD 65 26 11 45 A4 C4 8D 4D 0B 7A 9E AC }
  condition:
    (uint32be(0) == 0xE4525C7B and uint32be(4) == 0x8CD8A74D and uint32be(8) == 0xAEB15378) or
    (uint32be(0) == 0xA12FFF43 and uint32be(4) == 0xD9EF764C and uint32be(8) == 0x9EE210EA) or
    $embedded
}

// Compound files that hold a Word, Excel or PowerPoint document, an encrypted one or a VBA project: names of streams.
rule office_compound {
  meta:
    plugin = "extractor:office"
    save = "True"
  strings:
    $magic = { D0 CF 11 E0 A1 B1 1A E1 }
    $word = "WordDocument" wide
    $excel = "Workbook" wide
    $powerpoint = "PowerPoint Document" wide
    $encrypted = "EncryptedPackage" wide
    $vba = "_VBA_PROJECT" wide
  condition:
    $magic and any of ($word, $excel, $powerpoint, $encrypted, $vba) and uint16be(0) != 0x504B
}

// Office Open XML: a zip with a list of content types.
rule office_package {
  meta:
    plugin = "extractor:office"
    save = "True"
  strings:
    $types = "[Content_Types].xml"
  condition:
    uint32be(0) == 0x504B0304 and $types
}

// Compressed source of VBA modules ("Attribute VB_") and the name of their project, where the compound file around them has
// lost its header. A stream of a single module, as carver:ole gives it, would only give again what its document gave.
rule vba_source {
  meta:
    plugin = "extractor:office"
    save = "True"
  strings:
    $source = { 01 ?? B? 00 41 74 74 72 69 62 75 74 00 65 20 56 42 5F }
    $project = "_VBA_PROJECT" wide
    $magic = { D0 CF 11 E0 A1 B1 1A E1 }
  condition:
    $source and $project and not $magic and uint16be(0) != 0x504B
}

// Readers take the header anywhere in the first 1024 bytes.
rule pdf_file {
  meta:
    plugin = "extractor:pdf"
    save = "True"
  strings:
    $pdf = "%PDF-"
  condition:
    $pdf in (0..1024)
}
