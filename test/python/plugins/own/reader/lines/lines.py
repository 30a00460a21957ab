from stoq.plugins import StoqReaderPlugin


class Lines(StoqReaderPlugin):
    def activate(self, stoq):
        self.stoq = stoq
        super().activate()

    def read(self, payload, **kwargs):
        return [line.decode() for line in payload.splitlines()]
