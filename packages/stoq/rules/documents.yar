// Documents and mail.

// OneNote: a section or its table of contents, or the frame of an embedded file in what is left of one.
rule onenote_file {
  meta:
    plugin = "extractor:onenote"
    save = "True"
  strings:
    $embedded = { E7 16 E3 BD 65 26 11 45 A4 C4 8D 4D 0B 7A 9E AC }
    $section = { E4 52 5C 7B 8C D8 A7 4D AE B1 53 78 }
    $contents = { A1 2F FF 43 D9 EF 76 4C 9E E2 10 EA }
  condition:
    any of them and ($embedded or $section at 0 or $contents at 0)
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
    $magic and (uint16be(0) != 0x504B and any of ($word, $excel, $powerpoint, $encrypted, $vba))
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
    $source and (uint16be(0) != 0x504B and $project and not $magic)
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

// The names of fields that the headers of messages begin with, in whatever case.
private rule mail_header_start {
  condition:
    // RECE, RETU, FROM, DELI, MIME, SUBJ, DATE, MESS
    for any start in (0x52454345, 0x52455455, 0x46524F4D, 0x44454C49, 0x4D494D45, 0x5355424A, 0x44415445, 0x4D455353) :
      ((uint32be(0) & 0xDFDFDFDF) == start) or
    // REPL, DKIM, AUTH, ARC-, SEND, THRE, LIST, ENVE, >From
    for any start in (0x5245504C, 0x444B494D, 0x41555448, 0x4152430D, 0x53454E44, 0x54485245, 0x4C495354, 0x454E5645, 0x1E46524F) :
      ((uint32be(0) & 0xDFDFDFDF) == start) or
    // X-, To:, Cc:
    (uint16be(0) & 0xDFFF) == 0x582D or
    (uint32be(0) & 0xDFDFFF00) == 0x544F3A00 or
    (uint32be(0) & 0xDFDFFF00) == 0x43433A00
}

// So or with "Content-", or a boundary.
private rule mail_start {
  condition:
    mail_header_start or (uint32be(0) & 0xDFDFDFDF) == 0x434F4E54 or uint16be(0) == 0x2D2D
}

// A message (RFC 5322) begins with the name of a header field and has more of them. A part of one, and what a mail program
// saved without its headers, begins with a boundary or with the fields of a part.
rule mail_file {
  meta:
    plugin = "extractor:email"
    save = "True"
  strings:
    $version = "\nMIME-Version:"
    $version_2 = "\nMime-Version:"
    $type = "\nContent-Type:"
    $type_2 = "\nContent-type:"
    $encoding = "\nContent-Transfer-Encoding:"
    $disposition = "\nContent-Disposition:"
    $subject = "\nSubject:"
    $from = "\nFrom:"
    $date = "\nDate:"
    $id = "\nMessage-I"
    $received = "\nReceived:"
    $low_subject = "\nsubject:"
    $low_type = "\ncontent-type:"
  condition:
    mail_start and any of them and (
      (2 of them and mail_header_start) or
      ((uint32be(0) & 0xDFDFDFDF) == 0x434F4E54 and (uint32be(4) & 0xDFDFDFFF) == 0x454E542D) or
      (uint16be(0) == 0x2D2D and (
        $type in (0..1100) or $type_2 in (0..1100) or $encoding in (0..1100) or $disposition in (0..1100)
      ))
    )
}

// One side of a session: greeting, then the text of a message.
rule smtp_session {
  meta:
    plugin = "extractor:email"
    save = "True"
  strings:
    $data = "\nDATA\r\n"
    $data_2 = "\nDATA\n"
  condition:
    any of them and (
      uint32be(0) == 0x45484C4F or uint32be(0) == 0x48454C4F or uint32be(0) == 0x4D41494C or
      (uint32be(0) & 0xFFFFFFF0) == 0x32323020
    )
}

// winmail.dat.
rule tnef_file {
  meta:
    plugin = "extractor:email"
    save = "True"
  condition:
    uint32(0) == 0x223E9F78
}

// A compound file with the storage of properties of an Outlook message.
rule outlook_message {
  meta:
    plugin = "extractor:email"
    save = "True"
  strings:
    $properties = "__properties_version1.0" wide
  condition:
    uint32be(0) == 0xD0CF11E0 and $properties
}
