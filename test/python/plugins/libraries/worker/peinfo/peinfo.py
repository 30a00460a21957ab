"""A worker over pefile, as one of stoQ 1 would be written."""

import argparse

import pefile
from stoq.args import StoqArgs
from stoq.plugins import StoqWorkerPlugin
from stoq.scan import get_hashes


class PEInfo(StoqWorkerPlugin):
    def __init__(self):
        super().__init__()

    def activate(self, stoq):
        self.stoq = stoq
        parser = StoqArgs(argparse.ArgumentParser())
        options = parser.parse_args(self.stoq.argv[2:])
        super().activate(options=options)
        return True

    def scan(self, payload, **kwargs):
        super().scan()
        try:
            pe = pefile.PE(data=payload)
        except pefile.PEFormatError as error:
            self.log.debug("not a PE: %s", error)
            return None
        return {
            "imphash": pe.get_imphash(),
            "entrypoint": hex(pe.OPTIONAL_HEADER.AddressOfEntryPoint),
            "machine": pefile.MACHINE_TYPE.get(pe.FILE_HEADER.Machine),
            "sections": [self.section(each) for each in pe.sections],
            "imports": {
                entry.dll: [item.name for item in entry.imports]
                for entry in getattr(pe, "DIRECTORY_ENTRY_IMPORT", [])
            },
        }

    def section(self, each):
        hashes = get_hashes(each.get_data())
        return {
            "name": each.Name.rstrip(b"\x00"),
            "md5": hashes["md5"],
            "entropy": round(each.get_entropy(), 2),
        }
