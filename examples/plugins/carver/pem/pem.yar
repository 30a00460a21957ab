rule pem_block {
  meta:
    plugin = "carver:pem"
    save = "True"
  strings:
    $begin = "-----BEGIN "
    $end = "-----END "
  condition:
    $begin and $end
}
