rule pe_file : file windows {
  meta:
    author = "stoQ"
    description = "Windows program or library"
  condition:
    uint16be(0) == 0x4D5A and uint32be(uint32(0x3C)) == 0x50450000
}

rule dotnet_file : file windows {
  meta:
    author = "stoQ"
    description = "Windows program for .NET"
  strings:
    $exe = "_CorExeMain"
    $dll = "_CorDllMain"
    $runtime = "mscoree.dll" nocase
  condition:
    pe_file and $runtime and ($exe or $dll)
}

rule elf_file : file unix {
  meta:
    author = "stoQ"
    description = "ELF program, library or object"
  condition:
    uint32be(0) == 0x7F454C46 and (uint8(4) == 1 or uint8(4) == 2)
}

// A Java class begins like a universal binary, but its version (45 and up) stands where that counts its parts.
rule macho_file : file macos {
  meta:
    author = "stoQ"
    description = "Mach-O program or universal binary"
  condition:
    uint32be(0) == 0xFEEDFACE or uint32be(0) == 0xFEEDFACF or
    uint32be(0) == 0xCEFAEDFE or uint32be(0) == 0xCFFAEDFE or
    (uint32be(0) == 0xCAFEBABE and uint32be(4) > 0 and uint32be(4) < 45)
}

rule upx_packed : packed {
  meta:
    author = "stoQ"
    description = "Program packed by UPX"
  strings:
    $magic = "UPX!"
    $section = "UPX0"
    $note = "$Info: This file is packed with the UPX"
  condition:
    (pe_file or elf_file or macho_file) and $magic and ($section or $note or not pe_file)
}

rule nsis_installer : installer {
  meta:
    author = "stoQ"
    description = "Installer made by NSIS"
  strings:
    $header = { EF BE AD DE 4E 75 6C 6C 73 6F 66 74 49 6E 73 74 }
  condition:
    pe_file and $header
}

rule autoit_compiled : script windows {
  meta:
    author = "stoQ"
    description = "AutoIt script as a program"
  strings:
    $script = { A3 48 4B BE 98 6C 4A A9 99 4C 53 0A 86 D6 48 7D }
    $marker = "AU3!EA06"
  condition:
    any of them
}

rule pyinstaller_program : script {
  meta:
    author = "stoQ"
    description = "Python program packed by PyInstaller"
  strings:
    $cookie = { 4D 45 49 0C 0B 0A 0B 0E }
  condition:
    (pe_file or elf_file or macho_file) and $cookie
}

rule embedded_pe : suspicious windows {
  meta:
    author = "stoQ"
    description = "Windows program inside of another file"
  strings:
    $stub = "This program cannot be run in DOS mode"
    $win32 = "This program must be run under Win32"
  condition:
    any of them and (#stub + #win32 > 1 or not pe_file)
}

rule encoded_pe : suspicious windows {
  meta:
    author = "stoQ"
    description = "Windows program as base64 or hexadecimal text"
  strings:
    $base64 = "This program cannot be run in DOS mode" base64 base64wide
    $hex = "546869732070726f6772616d2063616e6e6f742062652072756e" nocase
  condition:
    any of them
}
