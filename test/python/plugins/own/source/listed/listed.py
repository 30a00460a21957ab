from stoq.plugins import StoqSourcePlugin


class Listed(StoqSourcePlugin):
    def activate(self, stoq):
        self.stoq = stoq
        super().activate()

    def ingest(self):
        for text in self.texts_list:
            payload = f"kwargs {text}".encode()
            self.stoq.worker.multiprocess_put(payload=payload, filename=text, queue=self.stoq.worker.name)
        outcome = self.stoq.worker.put_and_wait(payload=b"kwargs last", filename="last")
        self.log.warning("the last one is %s", outcome["state"])
        self.stoq.worker.multiprocess_put(path="/tmp/bad.exe", archive="file")
        return True

    def publish(self, message, key, err=False, **kwargs):
        self.log.warning("published %s on %s: %s", message["path"], key, err)
