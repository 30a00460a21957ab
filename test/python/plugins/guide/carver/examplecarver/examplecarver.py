from stoq.plugins import StoqCarverPlugin


class ExampleCarver(StoqExtractorPlugin):

    def __init__(self):
        super().__init__()

    def activate(self, stoq):
        self.stoq = stoq
        super().activate()

    def carve(self, payload, **kwargs):

        # handle any carving requirements here
        meta = {"size": len(payload), "type": "test"}
        return [(meta, payload)]
