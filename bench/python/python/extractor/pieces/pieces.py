from stoq.plugins import StoqExtractorPlugin


class Pieces(StoqExtractorPlugin):
    def activate(self, stoq):
        self.stoq = stoq
        super().activate()

    def extract(self, payload, **kwargs):
        size = len(payload) // 1000
        for start in range(0, size * 1000, size):
            yield {"offset": start}, payload[start : start + size]
