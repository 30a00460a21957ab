from stoq.plugins import StoqConnectorPlugin


class BasicConnector(StoqConnectorPlugin):

    def __init__(self):
        super().__init__()

    def activate(self, stoq):
        self.stoq = stoq

        # Any additonal requirements once the connector is activated
        # should be placed here

        super().activate()

    def get_file(self, **kwargs):

        # Code to retrieve file from this connector should be placed here

        # No results, carry on.
        return None

    def save(self, payload, **kwargs):
        """
        Save results to mongodb

        :param str payload: Content to be inserted into database
        :param dict **kwargs: Any additional attributes that should
                                be added to the GridFS object on insert
        """

        # Make sure we have a valid connection
        self.connect()

        # Code to handle saving of the results should be placed here

        super().save()

    def connect(self, force_connect=False):
        # Logic should reside here that determines if we have an
        # active/valid connection, and if not, make one. Otherwise
        # continue on so the framework can save it's results.
        super().connect()

    def disconnect(self):
        super().disconnect()
