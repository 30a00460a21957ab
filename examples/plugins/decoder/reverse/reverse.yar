// "cannot be run in DOS mode", from the end to the beginning.
rule reversed_exe {
  meta:
    plugin = "decoder:reverse"
    save = "True"
  strings:
    $dos = "edom SOD ni nur eb tonnac"
  condition:
    $dos
}

// "This program cannot", two bytes and two bytes swapped.
rule swapped_exe {
  meta:
    plugin = "decoder:reverse"
    save = "True"
    group = 2
  strings:
    $dos = "hTsip orrgmac naon"
  condition:
    $dos
}
