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

// A byte order mark or a line break, behind which a message may begin.
private rule mail_lead {
  condition:
    uint8(0) == 0x0A or uint8(0) == 0x0D or (uint16be(0) == 0xEFBB and uint8(2) == 0xBF)
}

// The names of fields that the headers of messages begin with, in whatever case, or the line before a message of a mailbox.
private rule mail_header_start {
  condition:
    for any i in (0..8) : ((i == 0 or mail_lead) and (
      // RECE, RETU, DELI, MIME, SUBJ, MESS, REPL, DKIM, AUTH, ARC-, SEND, THRE, LIST, ENVE, and no blank or parenthesis behind it
      (for all k in (4..6) : (uint8(i + k) > 0x2C) and
      (
        for any start in (0x52454345, 0x52455455, 0x44454C49, 0x4D494D45, 0x5355424A, 0x4D455353, 0x5245504C) :
          ((uint32be(i) & 0xDFDFDFDF) == start) or
        for any start in (0x444B494D, 0x41555448, 0x4152430D, 0x53454E44, 0x54485245, 0x4C495354, 0x454E5645) :
          ((uint32be(i) & 0xDFDFDFDF) == start)
      )) or
      // From: and Date:, From and >From
      (uint8(i + 4) == 0x3A and
        ((uint32be(i) & 0xDFDFDFDF) == 0x46524F4D or (uint32be(i) & 0xDFDFDFDF) == 0x44415445)) or
      (uint32be(i) == 0x46726F6D and uint8(i + 4) == 0x20) or
      uint32be(i) == 0x3E46726F or
      // X-, To:, Cc:
      (uint16be(i) & 0xDFFF) == 0x582D or
      (uint32be(i) & 0xDFDFFF00) == 0x544F3A00 or
      (uint32be(i) & 0xDFDFFF00) == 0x43433A00
    ))
}

// So or with "Content-", or a boundary.
private rule mail_start {
  condition:
    mail_header_start or
    for any i in (0..8) : (
      (i == 0 or mail_lead) and ((uint32be(i) & 0xDFDFDFDF) == 0x434F4E54 or uint16be(i) == 0x2D2D)
    )
}

// A message (RFC 5322) begins with the name of a header field and has more of them. A part of one, and what a mail program
// saved without its headers, begins with a boundary or with the fields of a part. Small letters are those of careless programs,
// and of other texts with a date or a way from here to there; line breaks of CR alone are no one else's.
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
    $to = "\nTo: "
    $date = "\nDate:"
    $id = "\nMessage-I"
    $received = "\nReceived:"
    $low_subject = "\nsubject:"
    $low_type = "\ncontent-type:"
    $low_version = "\nmime-version:"
    $low_received = "\nreceived:"
    $low_id = "\nmessage-id:"
    $small_from = "\nfrom: "
    $small_to = "\nto: "
    $small_date = "\ndate: "
    $cr_subject = "\rSubject:"
    $cr_from = "\rFrom:"
    $cr_to = "\rTo: "
    $cr_date = "\rDate:"
    $cr_version = "\rMIME-Version:"
    $cr_type = "\rContent-Type:"
  condition:
    mail_start and any of them and (
      (mail_header_start and (
        2 of ($version*, $type*, $encoding, $disposition, $subject, $from, $to, $date, $id, $received, $low_*) or
        (any of ($low_*) and any of ($small_*)) or
        2 of ($cr_*)
      )) or
      // From: or Subj(ect:), and the other one near it
      (uint32be(0) == 0x46726F6D and uint8(4) == 0x3A and $subject in (0..1000)) or
      (uint32be(0) == 0x5375626A and uint8(7) == 0x3A and $from in (0..1000)) or
      ((uint32be(0) & 0xDFDFDFDF) == 0x434F4E54 and (uint32be(4) & 0xDFDFDFFF) == 0x454E542D) or
      (not mail_header_start and (
        $type in (0..1100) or $type_2 in (0..1100) or $encoding in (0..1100) or $disposition in (0..1100)
      ))
    )
}

// Files in uuencode ("begin 644 name", and base64 so), and in yEnc ("=ybegin "), that a text begins with.
rule encoded_file {
  meta:
    plugin = "extractor:email"
    save = "True"
  condition:
    (uint32be(0) == 0x62656769 and (
      (uint16be(4) == 0x6E20 and (uint8(6) & 0xF8) == 0x30 and (uint8(7) & 0xF8) == 0x30 and (uint8(8) & 0xF8) == 0x30) or
      (uint32be(4) == 0x6E2D6261 and uint32be(8) == 0x73653634)
    )) or
    (uint32be(0) == 0x3D796265 and uint32be(4) == 0x67696E20)
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
