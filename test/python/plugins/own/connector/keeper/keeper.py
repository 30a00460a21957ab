import os

from stoq.plugins import StoqConnectorPlugin


class Keeper(StoqConnectorPlugin):
    def activate(self, stoq):
        self.stoq = stoq
        self.wants_heartbeat = True
        self.beats = 0
        super().activate()

    def heartbeat(self):
        self.beats += 1

    def deactivate(self):
        self.stoq.write(f"beats {self.beats}", filename="deactivated", path=self.place)
        super().deactivate()

    @property
    def place(self):
        return os.path.join(self.stoq.base_dir, self.folder)

    def connect(self, force_connect=False):
        super().connect()

    def save(self, payload, archive=False, **kwargs):
        self.connect()
        if archive:
            return self.stoq.write(payload, path=self.place, filename=kwargs["sha1"], binary=True)
        text = self.stoq.dumps(payload, compactly=True)
        path = self.stoq.write(text + "\n", path=self.place, filename="documents", append=True)
        super().save()
        return path

    def get_file(self, **kwargs):
        return self.stoq.get_file(os.path.join(self.place, kwargs["sha1"]))
