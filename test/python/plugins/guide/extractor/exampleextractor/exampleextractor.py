from stoq.plugins import StoqExtractorPlugin


class ExampleExtractor(StoqExtractorPlugin):

    def __init__(self):
        super().__init__()

    def activate(self, stoq):
        self.stoq = stoq
        super().activate()

    def extract(self, payload, **kwargs):

        # handle any extraction requirements here
        meta = {"size": len(payload), "type": "test"}
        return [(meta, payload)]
