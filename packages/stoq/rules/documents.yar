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
