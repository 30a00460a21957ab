import time

from stoq.plugins import StoqSourcePlugin


class Endless(StoqSourcePlugin):
    def activate(self, stoq):
        self.stoq = stoq
        super().activate()

    def ingest(self):
        self.log.warning("begun")
        self.stoq.stopping.wait()
        self.log.warning("told to stop")
        while True:
            time.sleep(60)
