// A worker for one kind of payload, beside the shipped rules: the version in a Debian package.
rule debian_version {
  meta:
    plugin = "worker:length"
  condition:
    filesize == 4 and uint32be(0) == 0x322E300A
}
