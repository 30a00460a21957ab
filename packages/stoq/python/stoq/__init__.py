"""What plugins written in Python for stoQ import: the names of stoQ 1, spoken over a pipe to stoQ 4."""

#: Version of the stoQ that runs the plugin; set when it is started.
__version__ = "4"
