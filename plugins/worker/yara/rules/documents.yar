private rule is_pdf {
  strings:
    $header = "%PDF-"
  condition:
    $header in (0..1024)
}

private rule is_ole {
  condition:
    uint32be(0) == 0xD0CF11E0 and uint32be(4) == 0xA1B11AE1
}

private rule is_zip {
  condition:
    uint32be(0) == 0x504B0304
}

private rule is_rtf {
  condition:
    (uint32be(0) | 0x00002020) == 0x7B5C7274
}

rule pdf_javascript : pdf suspicious {
  meta:
    author = "stoQ"
    description = "PDF with JavaScript"
  strings:
    $javascript = "/JavaScript"
    $js = /\/JS[ \t\r\n]?[\(<0-9]/
  condition:
    is_pdf and any of them
}

rule pdf_open_action : pdf {
  meta:
    author = "stoQ"
    description = "PDF that does something when it is opened"
  strings:
    $open = "/OpenAction"
    $additional = /\/AA[ \t\r\n]?<</
  condition:
    is_pdf and any of them
}

rule pdf_launch : pdf suspicious {
  meta:
    author = "stoQ"
    description = "PDF that starts a program"
  strings:
    $launch = /\/Launch[ \t\r\n\/>]/
  condition:
    is_pdf and $launch
}

rule pdf_embedded_file : pdf {
  meta:
    author = "stoQ"
    description = "PDF with a file inside"
  strings:
    $file = "/EmbeddedFile"
  condition:
    is_pdf and $file
}

rule office_macro : office {
  meta:
    author = "stoQ"
    description = "Office document with a VBA project"
  strings:
    $project = "_VBA_PROJECT" wide
    $part = "vbaProject.bin"
  condition:
    any of them and (is_ole or is_zip) and ((is_ole and $project) or (is_zip and $part))
}

// Inside of a zip the words are compressed: they are found when vbaProject.bin itself is the payload.
rule office_auto_macro : office suspicious {
  meta:
    author = "stoQ"
    description = "Office document with a macro that runs by itself"
  strings:
    $word1 = "AutoOpen" nocase
    $word2 = "Document_Open" nocase
    $word3 = "Document_Close" nocase
    $word4 = "AutoExec" nocase
    $excel1 = "Auto_Open" nocase
    $excel2 = "Workbook_Open" nocase
    $excel3 = "Workbook_Activate" nocase
    $access = "AutoClose" nocase
  condition:
    is_ole and office_macro and any of them
}

rule office_dde : office suspicious {
  meta:
    author = "stoQ"
    description = "Document field that starts a program through DDE"
  strings:
    $auto = "DDEAUTO" nocase
    $cell = "cmd|'" nocase
  condition:
    any of them and not is_zip
}

rule ole_package : office {
  meta:
    author = "stoQ"
    description = "Office document with an embedded file"
  strings:
    $stream = "Ole10Native" wide
  condition:
    is_ole and $stream
}

rule rtf_object : rtf {
  meta:
    author = "stoQ"
    description = "RTF with an embedded object"
  strings:
    $data = "\\objdata" nocase
    $update = "\\objupdate" nocase
  condition:
    is_rtf and any of them
}

// Program id and class id of the old equation editor (CVE-2017-11882, CVE-2018-0802), as bytes and as hexadecimal text.
rule equation_editor : office suspicious {
  meta:
    author = "stoQ"
    description = "Object of the vulnerable equation editor"
  strings:
    $name = "Equation.3" nocase
    $name_hex = "4571756174696f6e2e33" nocase
    $class = { 02 CE 02 00 00 00 00 00 C0 00 00 00 00 00 00 46 }
    $class_hex = "02ce020000000000c000000000000046" nocase
  condition:
    (is_rtf or is_ole) and any of them
}

rule onenote_embedded_file : office suspicious {
  meta:
    author = "stoQ"
    description = "OneNote section with an embedded file"
  strings:
    $file = { E7 16 E3 BD 65 26 11 45 A4 C4 8D 4D 0B 7A 9E AC }
  condition:
    uint32be(0) == 0xE4525C7B and uint32be(4) == 0x8CD8A74D and $file
}
