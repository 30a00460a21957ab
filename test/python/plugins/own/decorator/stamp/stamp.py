from stoq.plugins import StoqDecoratorPlugin


class Stamp(StoqDecoratorPlugin):
    def activate(self, stoq):
        self.stoq = stoq
        super().activate()

    def decorate(self, results):
        results["stamp"] = self.stamp
        return results
