import hashlib

from stoq.plugins import StoqReaderPlugin


class Measured(StoqReaderPlugin):
    def activate(self, stoq):
        self.stoq = stoq
        super().activate()

    def read(self, payload, **kwargs):
        if kwargs.get("nothing"):
            return None
        return {"sha256": hashlib.sha256(payload).hexdigest(), "size": len(payload)}
