from stoq.plugins import StoqSourcePlugin


class FileSource(StoqSourcePlugin):

    def __init__(self):
        super().__init__()

    def activate(self, stoq):
        self.stoq = stoq
        super().activate()

    def ingest(self):

        path = "/tmp/bad.exe"
        self.stoq.worker.multiprocess_put(path=path, archive='file')

        return True
