# Required imports
import argparse
from stoq.args import StoqArgs
from stoq.plugins import StoqWorkerPlugin


# The worker plugin class must be unique. It will be inheriting
# the StoqWorkerPlugin class.
class BasicWorker(StoqWorkerPlugin):

    def __init__(self):
        # In nearly all cases, we do not want to handle anything here
        super().__init__()

    # This function is required in order to initialize the worker.
    # The framework will call the activate() function upon initialization
    # and must return True in order for the framework to continue
    def activate(self, stoq):

        # Ensure the stoQ class is available throughout the
        # plugin
        self.stoq = stoq

        # Instantiate our workers command line argument parser
        parser = argparse.ArgumentParser()

        # Initialize the default requirements for a worker, if needed.
        parser = StoqArgs(parser)

        # Define the argparse group for this plugin
        worker_opts = parser.add_argument_group("Plugin Options")

        # Define the command line arguments for the worker
        worker_opts.add_argument("-r", "--rules",
                                 dest='rulepath',
                                 help="Path to rules file.")

        # The first command line argument is reserved for the framework.
        # The work should only parse everything after the first command
        # line argument. We must always use stoQ's argv object to ensure
        # the plugin is properly instantied whether it is imported or
        # used via a command line script
        options = parser.parse_args(self.stoq.argv[2:])

        # If we need to handle command line argument, let's pass them
        # to super().activate so they can be instantied within the worker
        super().activate(options=options)

        # Must return true, otherwise the framework believes something
        # went wrong
        return True

    # The framework will call the scan() function when it is ready to
    # scan. All of the initial functionality should reside here
    def scan(self, payload, **kwargs):

        # Must return a dict
        kwargs['err'] = "Need more to do!"
        return kwargs
