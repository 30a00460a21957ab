"""The pipe to stoQ: frames of a JSON text with bytes beside it, on what were standard input and output."""

from __future__ import annotations

import itertools
import json
import os
import struct
import threading
import time
from queue import SimpleQueue
from typing import Any, Optional

from ._values import Encoder, decoder
from .exceptions import StoqError

_PREFIX = struct.Struct("<II")
#: Seconds to end in order once stoQ is gone.
_LAST_SECONDS = 1.0


class Channel:
    """Sends messages, waits for answers, and queues what stoQ asks for."""

    def __init__(self, source: int, sink: int) -> None:
        self._input = os.fdopen(source, "rb", buffering=1 << 16)
        self._sink = sink
        self._mark = ""
        self._encoder = Encoder("")
        self._writing = threading.Lock()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, SimpleQueue[dict[str, Any]]] = {}
        #: Calls that stoQ has asked for; None: it is gone.
        self.calls: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        #: Set when stoQ stops: sources end.
        self.stopping = threading.Event()

    @classmethod
    def claim(cls) -> Channel:
        """Takes standard input and output for the pipe: what a plugin prints goes to standard error from now on."""
        channel = cls(os.dup(0), os.dup(1))
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        os.dup2(2, 1)
        return channel

    def open(self) -> dict[str, Any]:
        """Reads the first message, then listens in a thread of its own."""
        first = self._receive()
        if first is None:
            raise SystemExit(0)
        start: dict[str, Any] = first["start"]
        self._mark = start["mark"]
        self._encoder = Encoder(self._mark)
        threading.Thread(target=self._listen, name="stoq-pipe", daemon=True).start()
        return start

    def send(self, message: dict[str, Any]) -> None:
        """Sends one message."""
        head, parts = self._encoder.encode(message)
        body_length = sum(map(len, parts))
        first = _PREFIX.pack(len(head), body_length) + head
        with self._writing:
            if body_length < 1 << 16:
                self._write(b"".join((first, *parts)))
                return
            for part in (first, *parts):
                self._write(part)

    def ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Asks stoQ for something and waits for the answer. Raises StoqError when that is a fault."""
        number = next(self._numbers)
        box: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._waiting[number] = box
        self.send({"ask": number, "name": name, "args": args, "kwargs": kwargs})
        answer = box.get()
        fault = answer.get("error")
        if fault is not None:
            raise StoqError(fault["code"], fault["message"])
        return answer.get("result")

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._sink, view) :]

    def _receive(self) -> dict[str, Any] | None:
        prefix = self._input.read(_PREFIX.size)
        if len(prefix) < _PREFIX.size:
            return None
        head_length, body_length = _PREFIX.unpack(prefix)
        head = self._input.read(head_length)
        body = self._input.read(body_length) if body_length else b""
        message: dict[str, Any] = json.loads(head, object_hook=decoder(self._mark, head, body))
        return message

    def _listen(self) -> None:
        try:
            message = self._receive()
            while message is not None:
                self._take(message)
                message = self._receive()
        except BaseException as fault:
            # Nothing can be heard any more; this is read as what it died of.
            os.write(2, f"{type(fault).__name__} while a message was read\n".encode())
            os._exit(1)
        self.stopping.set()
        self.calls.put(None)
        time.sleep(_LAST_SECONDS)
        os._exit(0)

    def _take(self, message: dict[str, Any]) -> None:
        if "answer" in message:
            box = self._waiting.pop(message["answer"], None)
            if box is not None:
                box.put(message)
        elif "stop" in message:
            self.stopping.set()
        else:
            self.calls.put(message)


class NoChannel:
    """Stands for the pipe where there is none: outside of stoQ, in a plugin's own tests."""

    def ask(self, name: str, *_args: Any, **_kwargs: Any) -> Any:
        raise StoqError("STOQ_PLUGIN_FAILED", f"{name} needs stoQ to run the plugin")


#: The pipe of this process, for functions that belong to no object.
current: Any = NoChannel()


def use(channel: Any) -> None:
    """Makes a channel the one of this process."""
    global current
    current = channel
