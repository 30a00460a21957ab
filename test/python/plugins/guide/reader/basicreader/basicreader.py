from stoq.plugins import StoqReaderPlugin


class BasicReader(StoqReaderPlugin):

    def __init__(self):
        super().__init__()

    def activate(self, stoq):
        self.stoq = stoq
        super().activate()

    def read(self, payload, **kwargs):
        """
        Basic Reader

        :param bytes payload: Payload to be processed
        :returns: Content of payload

        """
        return payload
