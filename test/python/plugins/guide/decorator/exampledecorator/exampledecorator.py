from stoq.plugins import StoqDecoratorPlugin


class ExampleDecorator(StoqDecoratorPlugin):

    def __init__(self):
        super().__init__()

    def activate(self, stoq):
        self.stoq = stoq
        super().activate()

    def decorate(self, results):
        # handle any logic to determine what is added to results here
        if 'APT' in results['scan']:
            results = {'apt_malware': True}
        return results
