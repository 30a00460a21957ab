rule lnk_command : windows suspicious {
  meta:
    author = "stoQ"
    description = "Windows shortcut that starts an interpreter"
  strings:
    $powershell = "powershell" nocase ascii wide
    $cmd = "cmd.exe" nocase ascii wide
    $mshta = "mshta" nocase ascii wide
    $wscript = "wscript" nocase ascii wide
    $rundll32 = "rundll32" nocase ascii wide
  condition:
    uint32be(0) == 0x4C000000 and uint32be(4) == 0x01140200 and any of them
}

rule html_application : script suspicious {
  meta:
    author = "stoQ"
    description = "HTML application, runs outside of the browser"
  strings:
    $tag = "<hta:application" nocase ascii wide
  condition:
    $tag
}

// -e, -ec, -enc … -EncodedCommand, then base64.
rule powershell_encoded : script suspicious {
  meta:
    author = "stoQ"
    description = "PowerShell command in base64"
  strings:
    $word = "powershell" nocase ascii wide private
    $command = /powershell[^\r\n]{1,200}[ \t]-e(c|n[a-z]{0,13})?[ \t]{1,8}["']?[A-Za-z0-9+\/=]{24}/ nocase ascii wide
  condition:
    $word and $command
}

private rule names_download {
  strings:
    $method = ".Download" nocase ascii wide
    $cmdlet = "-WebRequest" nocase ascii wide
  condition:
    any of them
}

rule powershell_download : script suspicious {
  meta:
    author = "stoQ"
    description = "PowerShell that fetches and runs"
  strings:
    $run1 = "Invoke-Expression" nocase ascii wide
    $run2 = /\bIEX[ \t]{0,4}[\(\$&]/ nocase ascii wide
    $run3 = "Start-Process" nocase ascii wide
    $get1 = ".DownloadString(" nocase ascii wide
    $get2 = ".DownloadFile(" nocase ascii wide
    $get3 = ".DownloadData(" nocase ascii wide
    $get4 = "Invoke-WebRequest" nocase ascii wide
  condition:
    names_download and any of ($run*) and any of ($get*)
}

private rule names_shell_object {
  strings:
    $shell = ".Shell" nocase ascii wide
    $application = ".Application" nocase ascii wide
  condition:
    any of them
}

rule windows_script_dropper : script suspicious {
  meta:
    author = "stoQ"
    description = "Windows script that writes, fetches and starts"
  strings:
    $start = "WScript.Shell" nocase ascii wide
    $shell = "Shell.Application" nocase ascii wide
    $write1 = "ADODB.Stream" nocase ascii wide
    $write2 = "Scripting.FileSystemObject" nocase ascii wide
    $fetch1 = "MSXML2.XMLHTTP" nocase ascii wide
    $fetch2 = "WinHttp.WinHttpRequest" nocase ascii wide
    $fetch3 = "Microsoft.XMLHTTP" nocase ascii wide
  condition:
    names_shell_object and ($start or $shell) and (any of ($write*) or any of ($fetch*))
}

rule javascript_unpacking : script suspicious {
  meta:
    author = "stoQ"
    description = "JavaScript that runs text it puts together"
  strings:
    $eval = /\beval[ \t]{0,4}\(/
    $function = /\bnew[ \t]{1,4}Function[ \t]{0,4}\(/
    $unescape = /\bunescape[ \t]{0,4}\([ \t]{0,4}["'][%\\]/
    $characters = /\bfromCharCode[ \t]{0,4}\([ \t]{0,4}[0-9x]{2,10}[ \t]{0,4},/
    $atob = /\batob[ \t]?\([ \t]{0,4}["']/
    // One of these is in each of the last three.
    $word1 = "unescape" private
    $word2 = "fromCharCode" private
    $word3 = "atob(" private
    $word4 = "atob (" private
    $word5 = "atob\t(" private
  condition:
    any of ($word*) and ($eval or $function) and ($unescape or $characters or $atob) and not pe_file
}

private rule is_php {
  strings:
    $tag = "<?php" nocase
  condition:
    $tag
}

rule php_eval : script suspicious {
  meta:
    author = "stoQ"
    description = "PHP that runs encoded text or what a request brings"
  strings:
    $tag = "<?php" nocase
    $decode = /\b(eval|assert)[ \t]{0,4}\([ \t@]{0,4}(base64_decode|gzinflate|gzuncompress|str_rot13)[ \t]{0,4}\(/ nocase
    $request = /\b(eval|assert|system|shell_exec|passthru)[ \t]{0,4}\([ \t@]{0,4}\$_(GET|POST|REQUEST|COOKIE)\b/ nocase
  condition:
    is_php and $tag and ($decode or $request)
}
