from stoq.plugins import StoqExtractorPlugin


class Slices(StoqExtractorPlugin):
    def activate(self, stoq):
        self.stoq = stoq
        super().activate()

    def extract(self, payload, **kwargs):
        if payload.startswith(b"nothing"):
            return []
        if payload.startswith(b"wrong"):
            return {"not": "a list"}
        return self.slices(payload, int(kwargs.get("size", self.size)))

    def slices(self, payload, size):
        for start in range(0, len(payload), size):
            yield {"offset": start}, payload[start : start + size]
