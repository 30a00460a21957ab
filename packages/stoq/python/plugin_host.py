"""Runs one Python plugin for stoQ: it is started by stoQ, never by hand."""

import sys

if sys.version_info < (3, 9):
    sys.exit("Python plugins need Python 3.9 or newer, this is " + sys.version.split()[0])

from stoq._host import main

main()
