rule har_file {
  meta:
    plugin = "extractor:har"
    save = "True"
  strings:
    $log = "\"log\""
    $entries = "\"entries\""
    $response = "\"response\""
  condition:
    (uint8(0) == 0x7B or uint8(0) == 0x20) and $log in (0..16) and $entries and $response
}
