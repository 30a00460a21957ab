from stoq.plugins import StoqDecoderPlugin


class ExampleDecoder(StoqDecoderPlugin):

    def __init__(self):
        super().__init__()

    def activate(self, stoq):
        self.stoq = stoq
        super().activate()

    def decode(self, payload, **kwargs):

        # handle any decoding requirements here
        meta = {"size": len(payload), "type": "test"}
        return [(meta, payload)]
