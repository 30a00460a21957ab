"""What a plugin logs and prints becomes lines of stoQ's log."""

from __future__ import annotations

import io
import logging
import sys
import threading
import traceback

from ._channel import Channel

_LEVELS = ("debug", "info", "warning", "error", "critical")
#: Characters of a printed line that are kept.
_LONGEST = 2000


def install(channel: Channel, level: str) -> None:
    """Sends records of `logging`, and what is printed, through the channel."""
    root = logging.getLogger()
    root.handlers[:] = [_ChannelHandler(channel)]
    root.setLevel(logging.WARNING)
    set_level(level)
    logging.captureWarnings(True)
    sys.stdout = _LineWriter(channel, "info")
    sys.stderr = _LineWriter(channel, "warning")


def set_level(level: str) -> None:
    """Least level of stoQ's own loggers; those of libraries begin at warning."""
    logging.getLogger("stoq").setLevel(level.upper())


class _ChannelHandler(logging.Handler):
    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._channel = channel

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = {
                "log": _LEVELS[min(max(record.levelno // 10 - 1, 0), 4)],
                "name": record.name,
                "message": record.getMessage(),
            }
            if record.exc_info:
                message["stack"] = "".join(traceback.format_exception(*record.exc_info))
                fault = record.exc_info[1]
                message["message"] += f" ({type(fault).__name__}: {fault})"
            self._channel.send(message)
        except Exception:
            self.handleError(record)


class _LineWriter(io.TextIOBase):
    """Takes the place of sys.stdout: every line is one of the log."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, channel: Channel, level: str) -> None:
        super().__init__()
        self._channel = channel
        self._level = level
        self._rest = ""
        self._lock = threading.Lock()

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 2

    def write(self, text: str) -> int:
        with self._lock:
            *lines, rest = (self._rest + text).split("\n")
            self._rest = rest[:_LONGEST]
        for line in lines:
            self._tell(line)
        return len(text)

    def flush(self) -> None:
        with self._lock:
            rest, self._rest = self._rest, ""
        self._tell(rest)

    def _tell(self, line: str) -> None:
        if line.strip():
            self._channel.send({"log": self._level, "name": "", "message": line[:_LONGEST]})
