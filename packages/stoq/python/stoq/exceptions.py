"""Faults that plugins raise and see."""

from __future__ import annotations


class StoqException(Exception):
    """Any fault of stoQ itself."""


class StoqError(StoqException):
    """A fault that stoQ has told: `code` is stable, the text says what and where."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class StoqPluginException(StoqException):
    """For plugins to raise."""


class UsageError(StoqException):
    """The command line is wrong."""


class HelpRequested(StoqException):
    """The command line asks for help; the text is the help."""
