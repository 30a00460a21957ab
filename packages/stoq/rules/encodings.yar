// Encoded and masked content.

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

// A payload that is the base64 of a program, zip, OLE2 or gzip file, or the base64 of that: its first three bytes, then 60 of
// the alphabet.
rule base64_file {
  meta:
    plugin = "decoder:b64"
    save = "True"
  condition:
    (
      (uint16be(0) == 0x5456 and uint8(2) >= 0x6F and uint8(2) <= 0x72) or // TVo TVp TVq TVr: MZ
      uint32be(0) == 0x55457344 or // UEsD: PK 03
      uint32be(0) == 0x304D3852 or // 0M8R: D0 CF 11
      uint32be(0) == 0x48347349 or // H4sI: 1F 8B 08
      (uint16be(0) == 0x5646 and uint8(2) == 0x5A and uint8(3) >= 0x76 and uint8(3) <= 0x79) or // VFZv to VFZy: TVo to TVr
      (uint32be(0) == 0x5655567A and uint8(4) == 0x52) or // VUVzR: UEsD
      (uint32be(0) == 0x4D453034 and uint8(4) == 0x55) or // ME04U: 0M8R
      (uint32be(0) == 0x5344527A and uint8(4) == 0x53) or // SDRzS: H4sI
      uint32be(0) == 0x566B5A61 // VkZa: VFZ
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

// Base64 of files inside of other payloads, in ASCII or UTF-16: what programs, archives, documents and pages begin with,
// the sentence of programs at any place in a line, and words of scripts (as UTF-16 too, in which PowerShell takes them).
rule base64_inside {
  meta:
    plugin = "decoder:b64"
    save = "True"
    embedded = "True"
  strings:
    $program1 = "TVqQAA" ascii wide // MZ, and the length of its last page
    $program2 = "TVpQAA" ascii wide
    $program3 = "TVoAAA" ascii wide
    $program4 = "TVqAAA" ascii wide
    $program5 = "TVpBUlVI" ascii wide // MZ, and code
    $program6 = "TVroAAAA" ascii wide
    $sentence = "This program" base64 base64wide
    $zip = "UEsDB" ascii wide
    $ole = "0M8R4KGxGuE" ascii wide
    $pdf = "JVBERi" ascii wide
    $rtf = "e1xydG" ascii wide
    $gzip = "H4sIA" ascii wide
    $gzip_named = "H4sIC" ascii wide
    $seven_zip = "N3q8ryc" ascii wide
    $rar = "UmFyIRoH" ascii wide
    $cab = "TVNDRgAAAA" ascii wide
    $elf = "f0VMRg" ascii wide
    $link = "TAAAAAEUAg" ascii wide
    $onenote = "5FJce4zYp" ascii wide
    $mime = "QWN0aXZlTWltZ" ascii wide // ActiveMime
    $dotnet = "7b0HYBxJliU" ascii wide // deflate of .NET
    $script = "PHNjcmlwd" ascii wide // <script
    $xml = "PD94bW" ascii wide // <?xm
    $html = "PGh0bW" ascii wide // <htm
    $doctype = "PCFET0NUWVBF" ascii wide // <!DOCTYPE
    $shell = "IyEvYmlu" ascii wide // #!/bin
    $word1 = "powershell" base64 base64wide
    $word2 = "WScript.Shell" base64 base64wide
    $word3 = "New-Object" base64 base64wide
    $wide1 = "New-Object" wide base64 base64wide
    $wide2 = "Invoke-" wide base64 base64wide
    $wide3 = "powershell" wide base64 base64wide
  condition:
    any of them
}

// A payload that is the base85 (RFC 1924) of a program, zip, OLE2, gzip or PDF file: its first group or what it leaves of
// one, then 60 characters without a blank.
rule base85_file {
  meta:
    plugin = "decoder:b85"
    save = "True"
  condition:
    (
      (uint16be(0) == 0x4F3C and uint8(2) >= 0x44 and uint8(2) <= 0x4D) or // O<D to O<M: MZ
      uint32be(0) == 0x5029683E or // P)h>: PK 03 04
      uint32be(0) == 0x28396152 or // (9aR: D0 CF 11 E0
      uint32be(0) == 0x41427A59 or // ABzY: 1F 8B 08 0x
      uint32be(0) == 0x427E5630 // B~V0: %PDF
    ) and
    for all i in (3..63) : (
      (uint8(i) >= 0x21 and uint8(i) <= 0x7E) or
      uint8(i) == 0x0A or
      uint8(i) == 0x0D
    )
}

// "This program" with the bits of every byte turned by 1 to 7 places.
rule rotated_program {
  meta:
    plugin = "decoder:bitrot"
    save = "True"
    bits = "any"
  strings:
    $left1 = { A8 D0 D2 E6 40 E0 E4 DE CE E4 C2 DA }
    $left2 = { 51 A1 A5 CD 80 C1 C9 BD 9D C9 85 B5 }
    $left3 = { A2 43 4B 9B 01 83 93 7B 3B 93 0B 6B }
    $left4 = { 45 86 96 37 02 07 27 F6 76 27 16 D6 }
    $left5 = { 8A 0D 2D 6E 04 0E 4E ED EC 4E 2C AD }
    $left6 = { 15 1A 5A DC 08 1C 9C DB D9 9C 58 5B }
    $left7 = { 2A 34 B4 B9 10 38 39 B7 B3 39 B0 B6 }
  condition:
    any of them
}

// ROT47 of a program's first sentence, and of words that scripts and pages are made of.
rule rot47_text {
  meta:
    plugin = "decoder:rot47"
    save = "True"
  strings:
    $program = "%9:D AC@8C2>" // This program
    $script = "kD4C:AE" // <script
    $doctype = "kPs~r%*!t" // <!DOCTYPE
    $powershell = "A@H6CD96==" // powershell
    $create = "rC62E6~3;64E" // CreateObject
    $wscript = "($4C:AE]" // WScript.
  condition:
    any of them
}

// Hexadecimal text of files, as a whole or inside of other payloads, in every usual way of writing: "t be ru" of a program's
// first sentence, which has no letters as digits, and what other files begin with. RTF is made of such text and has a plugin.
rule hexadecimal_file {
  meta:
    plugin = "decoder:hex"
    save = "True"
    embedded = "True"
  strings:
    $program1 = "74206265207275" ascii wide
    $program2 = "74 20 62 65 20 72 75" ascii wide
    $program3 = "7420 6265 2072"
    $program4 = "74:20:62:65:20:72"
    $program5 = "0x74,0x20,0x62,0x65" ascii wide
    $program6 = "0x74, 0x20, 0x62, 0x65" ascii wide
    $program7 = "\\x74\\x20\\x62\\x65" ascii wide
    $program8 = "&H74,&H20,&H62,&H65"
    $program9 = "&H74, &H20, &H62, &H65"
    $zip1 = "504B0304" ascii wide
    $zip2 = "504b0304" ascii wide
    $zip3 = "50 4B 03 04"
    $zip4 = "50 4b 03 04"
    $ole1 = "D0CF11E0A1B11AE1" ascii wide
    $ole2 = "d0cf11e0a1b11ae1" ascii wide
    $ole3 = "D0 CF 11 E0 A1 B1"
    $ole4 = "d0 cf 11 e0 a1 b1"
    $pdf1 = "255044462D312E" ascii wide
    $pdf2 = "255044462d312e" ascii wide
    $rtf1 = "7B5C72746631" ascii wide
    $rtf2 = "7b5c72746631" ascii wide
    $gzip1 = "1F8B0800" ascii wide
    $gzip2 = "1f8b0800" ascii wide
    $elf1 = "7F454C46" ascii wide
    $elf2 = "7f454c46" ascii wide
    $script1 = "3C736372697074" ascii wide // <script
    $script2 = "3c736372697074" ascii wide
    $base64 = "545671514141" ascii wide // TVqQAA
  condition:
    any of them and not rtf_file
}

// Percent-encoded pages, scripts and programs, and what scripts unescape.
rule percent_encoded {
  meta:
    plugin = "decoder:url"
    save = "True"
    embedded = "True"
  strings:
    $page1 = "%3Cscript" ascii wide
    $page2 = "%3cscript" ascii wide
    $page3 = "%3Chtml"
    $page4 = "%3chtml"
    $page5 = "%3C!DOCTYPE"
    $all1 = "%73%63%72%69%70%74" ascii wide // script
    $all2 = "%64%6F%63%75%6D" ascii wide // docum(ent), and in small letters
    $all3 = "%64%6f%63%75%6d" ascii wide
    $program1 = "%4D%5A%90"
    $program2 = "%4d%5a%90"
    $code = "%u9090%u9090" ascii wide
    $call1 = "unescape(\"%" ascii wide
    $call2 = "unescape('%" ascii wide
    $call3 = "decodeURIComponent(\"%" ascii wide
    $call4 = "decodeURIComponent('%" ascii wide
  condition:
    any of them
}

// Armored messages and texts signed in the clear, anywhere; keys and signatures alone are none.
rule pgp_armor {
  meta:
    plugin = "extractor:gpg"
    save = "True"
  strings:
    $message = "-----BEGIN PGP MESSAGE-----"
    $signed = "-----BEGIN PGP SIGNED MESSAGE-----"
  condition:
    any of them
}

// Packets with headers of the old or the new kind: a session key under a key (version 3 or 6) or a password (version 4 to 6),
// a one-pass signature, compressed data, a literal that is all of the payload or comes in pieces.
rule pgp_message {
  meta:
    plugin = "extractor:gpg"
    save = "True"
  condition:
    uint8(0) >= 0x84 and (
      (uint8(0) == 0x84 and uint8(2) == 3 and uint8(1) >= 0x2A) or
      (uint8(0) == 0x85 and uint8(1) <= 0x08 and uint8(3) == 3 and uint8(12) <= 0x12) or
      (uint8(0) == 0xC1 and (uint8(2) == 3 or uint8(2) == 6) and uint8(1) >= 0x2A and uint8(1) < 0xC0) or
      (uint8(0) == 0xC1 and uint8(1) >= 0xC0 and uint8(1) < 0xC8 and uint8(3) == 3 and uint8(12) <= 0x12) or
      ((uint8(0) == 0x8C or uint8(0) == 0xC3) and uint8(1) >= 4 and uint8(1) < 0x80 and (
        (uint8(2) == 4 and uint8(3) >= 1 and uint8(3) <= 13 and uint8(4) <= 4 and uint8(5) >= 1 and uint8(5) <= 14) or
        ((uint8(2) == 5 or uint8(2) == 6) and uint8(3) <= 0x40)
      )) or
      ((uint8(0) == 0x90 or uint8(0) == 0xC4) and uint16be(1) == 0x0D03 and uint8(3) <= 1 and uint8(4) <= 14) or
      // Compressed: its length takes 0, 1, 2 or 5 bytes.
      ((uint8(0) == 0xA3 or uint8(0) == 0xC8) and for any i in (1, 2, 3, 6) : (
        (uint8(i) == 1 and (uint8(i + 1) & 0x06) != 0x06) or
        (uint8(i) == 2 and uint8(i + 1) == 0x78) or
        (uint8(i) == 3 and uint16be(i + 1) == 0x425A)
      )) or
      (
        ((uint8(0) == 0xAC and uint8(1) == filesize - 2) or
          (uint8(0) == 0xCB and (uint8(1) == filesize - 2 or (uint8(1) >= 0xE9 and uint8(1) < 0xFF)))) and
        (uint8(2) == 0x62 or uint8(2) == 0x74 or uint8(2) == 0x75)
      )
    )
}

// The source of a VBA module, as Office has it: "Attribute VB_Name".
rule vba_text {
  meta:
    plugin = "decoder:script"
    save = "True"
  condition:
    uint32be(0) == 0x41747472 and uint32be(4) == 0x69627574 and uint32be(8) == 0x65205642 and uint32be(12) == 0x5F4E616D
}

// UTF-16, with its mark or with letters of ASCII: scripts of Windows that are kept so are few, and so is other such text.
rule script_utf16 {
  meta:
    plugin = "decoder:script"
    save = "True"
  condition:
    uint16be(0) == 0xFFFE or
    uint16be(0) == 0xFEFF or
    (
      uint8(0) >= 0x09 and uint8(0) < 0x7F and uint8(2) >= 0x09 and uint8(2) < 0x7F and uint8(4) >= 0x09 and uint8(4) < 0x7F and
      uint8(6) >= 0x09 and uint8(6) < 0x7F and (uint32be(0) & 0x00FF00FF) == 0 and (uint32be(4) & 0x00FF00FF) == 0
    )
}

// Text with a word of what scripts decode or run, or with two marks of words in pieces. The words are looked for where the first bytes are no control characters,
// which those of programs, archives and images are; PDF and RTF files are no scripts.
rule script_text {
  meta:
    plugin = "decoder:script"
    save = "True"
  strings:
    // Few in every case: each of them is sixteen for the engine, which takes twice as long with more than 99 of all.
    $word_powershell = "powershell" nocase
    $word_create = "createobject(" nocase
    $word_base64 = "frombase64string" nocase
    $word_char = "[char]" nocase
    $word_chr = "chr(" nocase
    $word_wscript1 = "WScript."
    $word_wscript2 = "wscript."
    $word_activex = "ActiveXObject"
    $word_execute1 = "Execute("
    $word_execute2 = "ExecuteGlobal"
    $word_invoke1 = "Invoke-Expression"
    $word_invoke2 = "IEX("
    $word_enc1 = " -enc "
    $word_enc2 = " -EncodedCommand"
    $word_reverse = "StrReverse("
    $word_comspec1 = "%comspec"
    $word_comspec2 = "%COMSPEC"
    $word_join = "-join"
    $word_caret1 = "^w^e"
    $word_caret2 = "^W^E"
    $word_caret3 = "pow^"
    $word_caret4 = "w^er"
    $word_caret5 = "r^sh"
    $word_batch = "@echo off" nocase // words come from variables
    $word_charcode = "fromCharCode"
    $word_eval = "eval("
    $word_unescape = "unescape("
    $word_atob = "atob("
    $word_screnc = "#@~^"
    $word_format = "}{0}"
    $word_part0 = ":~0,"
    $word_part1 = ":~1,"
    $word_hex1 = "\\x65\\x"
    $word_hex2 = "\\x74\\x"
    $word_unicode = "\\u0065\\u00"
    $word_data = "data:application/"
    $word_program1 = "TVqQAAMA"
    $word_program2 = "77,90,"
    $word_program3 = "0x4d,0x5a"
    $word_program4 = "0x4D,0x5A"
    $word_program5 = "&H4D,&H5A"
    // Digits of a program in a string, from which its sentence may be far.
    $word_digits1 = "\"4D5A"
    $word_digits2 = "\"4d5a"
    $word_digits3 = "'4D5A"
    $word_digits4 = "'4d5a"
    // Code that is put in memory.
    $word_code1 = "0xfc,0xe8"
    $word_code2 = "0xFC,0xE8"
    $word_code3 = "0xfc,0x48"
    $word_code4 = "252,232,"
    $word_bytes1 = "[byte[]]"
    $word_bytes2 = "[Byte[]]"
    $word_memory = "VirtualAlloc"
    $word_wide1 = "ChrW("
    $word_wide2 = "chrw("
    $word_wide3 = "CHRW("
    $word_dollar1 = "Chr$("
    $word_dollar2 = "ChrW$("
    $word_certutil = "certutil"
    // Words in pieces: each of these alone is met in any long text.
    $piece1 = "\"+\""
    $piece2 = "'+'"
    $piece3 = "\" + \""
    $piece4 = "' + '"
    $piece5 = "\"&\""
    $piece6 = "\" & \""
  condition:
    uint32be(0) != 0x25504446 and (uint32be(0) | 0x00002020) != 0x7B5C7274 and
    for all i in (0..11) : (uint8(i) >= 0x20 or uint8(i) == 0x09 or uint8(i) == 0x0A or uint8(i) == 0x0D) and
    any of them and (
      any of ($word_*) or #piece1 + #piece2 + #piece3 + #piece4 + #piece5 + #piece6 > 1
    )
}

// A gzip header inside of another payload: deflate, no flag or the one for a name, usual level and system. Archives have
// plugins that know what such a member is called, and a gzip file is unpacked as one.
rule gzip_inside {
  meta:
    plugin = "decoder:gzip"
    save = "True"
    formats = "gzip"
  strings:
    $gzip = { 1F 8B 08 ( 00 | 08 ) [4] ( 00 | 02 | 04 ) ( 00 | 03 | 07 | 0A | 0B | FF ) }
  condition:
    $gzip in (1..filesize) and not (
      zip_file or seven_zip_file or rar_file or cab_file or tar_file or cpio_file or ar_file or rpm_file or iso_file or
      gzip_file
    )
}

// Two bytes are no proof: zlib streams are looked for where a payload begins with one, and in "ActiveMime" of Office, which
// hides an OLE2 file with macros so. PNG, PDF and many others are made of such streams and mean something else by them.
rule zlib_file {
  meta:
    plugin = "decoder:gzip"
    save = "True"
  condition:
    (
      (uint16be(0) == 0x7801 or uint16be(0) == 0x785E or uint16be(0) == 0x789C or uint16be(0) == 0x78DA) and
      (uint8(2) & 0x06) != 0x06
    ) or
    (uint32be(0) == 0x41637469 and uint32be(4) == 0x76654D69)
}

// Formats that are made of zlib streams and mean something else by them, and large ones that have none.
private rule no_place_for_zlib {
  condition:
    // MZ, pyc, TIFF, UTF-16
    uint16be(0) == 0x4D5A or uint16be(2) == 0x0D0A or uint32be(0) == 0x49492A00 or uint32be(0) == 0x4D4D002A or
    uint16be(0) == 0xFFFE or uint16be(0) == 0xFEFF or
    // ELF, Mach-O of either order, its fat files and classes of Java, OLE2, PDF, Flash, WOFF, SQLite
    for any start in (0x7F454C46, 0xFEEDFACE, 0xFEEDFACF, 0xCEFAEDFE, 0xCFFAEDFE, 0xCAFEBABE, 0xD0CF11E0, 0x25504446, 0x43575308, 0x774F4646, 0x53514C69) :
      (uint32be(0) == start) or
    // packs of Git and their index, TrueType, catalogues of gettext, pictures of Windows, RIFF, Matroska, ISO media
    for any start in (0x5041434B, 0xFF744F63, 0x00010000, 0x950412DE, 0xDE120495, 0x00000100, 0x00000200, 0x52494646, 0x1A45DFA3) :
      (uint32be(0) == start) or
    uint32be(4) == 0x66747970 or
    // modules of Erlang
    (uint32be(0) == 0x464F5231 and uint32be(8) == 0x4245414D) or
    // MZ under a XOR key of one byte
    ((uint8(0) ^ uint8(1)) == 0x17 and uint8(5) == uint8(7))
}

// Zlib streams inside of a payload of no known format, which begins with bytes that no text has. Their header is two bytes, found in
// any file of some kilobytes: only what ends whole, with the right checksum, counts. In smaller payloads the look would cost as much
// as all the rest of the scan.
rule zlib_inside {
  meta:
    plugin = "decoder:gzip"
    save = "True"
    formats = "zlib"
    whole = "True"
  condition:
    filesize >= 32KB and
    for any i in (0..31) : (uint8(i) < 0x09 or (uint8(i) >= 0x0E and uint8(i) <= 0x1A) or uint8(i) >= 0xF5) and
    not (
      no_place_for_zlib or zlib_file or zip_file or seven_zip_file or rar_file or cab_file or tar_file or cpio_file or
      ar_file or rpm_file or iso_file or gzip_file or bzip2_file or xz_file or zstd_file or lzma_file or compress_file or
      lzip_file or wim_file or xar_file or chm_file or virtual_disk or dmg_file or partitioned_disk or volume_image or
      packed_volume or image_overlay or tnef_file
    )
}

// Deflate without a header, as .NET begins it: what scripts of PowerShell unpack themselves with.
rule dotnet_deflate {
  meta:
    plugin = "decoder:gzip"
    save = "True"
    raw = "True"
  condition:
    uint32be(0) == 0xEDBD0760 and uint32be(4) == 0x1C499625
}
