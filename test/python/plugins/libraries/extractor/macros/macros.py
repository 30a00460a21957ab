"""An extractor over oletools, as one of stoQ 1 would be written."""

from oletools.olevba import VBA_Parser
from stoq.plugins import StoqExtractorPlugin


class Macros(StoqExtractorPlugin):
    def __init__(self):
        super().__init__()

    def activate(self, stoq):
        self.stoq = stoq
        super().activate()

    def extract(self, payload, **kwargs):
        parser = VBA_Parser(kwargs.get("filename", "unknown"), data=payload)
        try:
            if not parser.detect_vba_macros():
                return None
            return [
                ({"filename": name, "stream": stream}, code.encode())
                for _, stream, name, code in parser.extract_macros()
            ]
        finally:
            parser.close()
