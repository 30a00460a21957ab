"""Serves one plugin: starts it as stoQ says, then does one call after the other."""

from __future__ import annotations

import faulthandler
import logging
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from typing import Any

import stoq

from . import _channel, _logs, args, plugins
from ._channel import Channel
from ._loading import load_plugin
from .core import Stoq
from .exceptions import HelpRequested, StoqError, UsageError

#: Methods whose result is read item by item.
_OPENERS = ("extract", "carve", "decode")
#: Methods that stoQ has to know of only where a plugin has its own.
_OPTIONAL = (
    "get_file",
    "connect",
    "disconnect",
    "publish",
    "publish_connect",
    "publish_release",
)

#: The signal for the end of the parent, for prctl(2).
_PR_SET_PDEATHSIG = 1
#: Items of a stream that go together: so many, bytes, seconds.
_BATCH_ITEMS = 64
_BATCH_BYTES = 1 << 16
_BATCH_SECONDS = 0.001


def main() -> None:
    """Runs until stoQ closes the pipe."""
    channel = Channel.claim()
    # Ctrl-C reaches everything on the terminal: stoQ says when it is over.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable(file=2)
    _die_with_parent()
    start = channel.open()
    _limit_memory(start["memory"])
    _channel.use(channel)
    _logs.install(channel, start["level"])
    stoq.__version__ = start["version"]
    args.shared_flags.extend(start["flags"])
    Host(channel).serve(start)


def _die_with_parent() -> None:
    """The pipe tells of stoQ's end; native code that never gives up control would not hear of it."""
    if sys.platform != "linux":
        return
    try:
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    except (ImportError, OSError, AttributeError):
        # Then only the pipe tells.
        pass


def _limit_memory(limit: int) -> None:
    """Data beyond it is a MemoryError of the call, not the end of the machine."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_DATA, limit), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(kind, (most, most))
        except (ValueError, OSError):
            # A lower limit was set before.
            pass


class Host:
    """The plugin and what is under way in it."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._plugin: Any = None
        self._streams: dict[int, Iterator[Any]] = {}

    def serve(self, start: dict[str, Any]) -> None:
        """Starts the plugin, then does what stoQ asks for."""
        self._answer(0, lambda: self._start(start))
        call = self._channel.calls.get()
        while call is not None:
            self._take(call)
            call = self._channel.calls.get()

    def _start(self, start: dict[str, Any]) -> dict[str, Any]:
        plugin = self._plugin = load_plugin(start)
        plugin.log = logging.getLogger(f"stoq.{start['category']}.{plugin.name}")
        framework = Stoq(start["settings"], start["argv"], start["version"])
        framework.plugin = plugin
        plugin.stoq = framework
        if plugin.activate(framework) is False:
            text = f"{plugin.category}:{plugin.name} did not activate: activate returned False"
            raise StoqError("STOQ_PLUGIN_ACTIVATE", text)
        if plugin.wants_heartbeat:
            threading.Thread(target=self._beat, name="heartbeat", daemon=True).start()
        return {"methods": [name for name in _OPTIONAL if self._has_own(name)]}

    def _has_own(self, name: str) -> bool:
        method = getattr(type(self._plugin), name, None)
        kinds = (*plugins.KINDS.values(), plugins.StoqPluginBase)
        return method is not None and all(method is not vars(kind).get(name) for kind in kinds)

    def _beat(self) -> None:
        try:
            self._plugin.heartbeat()
        except Exception:
            self._plugin.log.error("heartbeat ended", exc_info=True)

    def _take(self, call: dict[str, Any]) -> None:
        number = call["id"]
        if "next" in call:
            self._step(number)
        elif "close" in call:
            self._answer(number, lambda: self._close(number))
        elif call["call"] == "ingest":
            # It may go on for days; errors of messages are published meanwhile.
            threading.Thread(target=self._call, args=(call,), daemon=True).start()
        else:
            self._call(call)

    def _call(self, call: dict[str, Any]) -> None:
        number, name = call["id"], call["call"]
        try:
            method = getattr(self._plugin, name)
            result = method(*call["args"], **call["kwargs"])
            if name in _OPENERS:
                result = _items(result)
            if hasattr(result, "__next__") and name in (*_OPENERS, "scan"):
                self._streams[number] = result
                reply: dict[str, Any] = {"id": number, "stream": True}
            else:
                reply = {"id": number, "result": result}
            self._channel.send(reply)
        except BaseException as fault:
            self._fail(number, fault)

    def _step(self, number: int) -> None:
        try:
            items, is_end = self._next_items(number)
            self._channel.send({"id": number, "items": items, "end": is_end})
        except BaseException as fault:
            self._streams.pop(number, None)
            self._fail(number, fault)

    def _next_items(self, number: int) -> tuple[list[Any], bool]:
        """What comes next: more than one item only while they are small and come fast."""
        items: list[Any] = []
        size, until = 0, time.monotonic() + _BATCH_SECONDS
        while len(items) < _BATCH_ITEMS and size < _BATCH_BYTES and time.monotonic() < until:
            try:
                item = next(self._streams[number])
            except StopIteration:
                self._streams.pop(number, None)
                return items, True
            except BaseException as fault:
                if not items:
                    raise
                # First what was found before it.
                self._streams[number] = _failing(fault)
                return items, False
            items.append(item)
            size += _size_of(item)
        return items, False

    def _close(self, number: int) -> None:
        close = getattr(self._streams.pop(number, None), "close", None)
        if close is not None:
            close()

    def _answer(self, number: int, work: Any) -> None:
        try:
            self._channel.send({"id": number, "result": work()})
        except BaseException as fault:
            self._fail(number, fault)

    def _fail(self, number: int, fault: BaseException) -> None:
        self._channel.send({"id": number, "error": _described(fault)})


def _failing(fault: BaseException) -> Iterator[Any]:
    raise fault
    yield


def _size_of(item: Any) -> int:
    content = item[-1] if isinstance(item, (tuple, list)) and item else None
    return len(content) if isinstance(content, (bytes, bytearray, str)) else 0


def _items(result: Any) -> Any:
    """Results are read one by one; nothing found is None, whatever a plugin says for it."""
    if result is None or result is False:
        return None
    if isinstance(result, (list, tuple)):
        return iter(result) if result else None
    return result


def _text_of(fault: BaseException) -> str:
    try:
        return str(fault)
    except Exception:
        return "(its text cannot be made)"


def _described(fault: BaseException) -> dict[str, Any]:
    kind, text = type(fault).__name__, _text_of(fault)
    if isinstance(fault, SystemExit):
        kind, text = "SystemExit", f"it wanted to exit with status {fault.code}"
    described: dict[str, Any] = {
        "type": kind,
        "message": text,
        "stack": "".join(traceback.format_exception(type(fault), fault, fault.__traceback__)),
    }
    if isinstance(fault, StoqError):
        described["code"] = fault.code
    if isinstance(fault, HelpRequested):
        described["says"] = "help"
    if isinstance(fault, UsageError):
        described["says"] = "usage"
    if isinstance(fault, ModuleNotFoundError) and fault.name:
        described["missing"] = fault.name
    return described
