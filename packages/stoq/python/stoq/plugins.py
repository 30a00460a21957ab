"""The classes that plugins extend. Their own methods do nothing: plugins may call them through super()."""

from __future__ import annotations

import argparse
import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Optional, Union

from . import _channel, _logs
from ._remote import Loaded, loaded_plugin
from .args import StoqArgs

if TYPE_CHECKING:
    import logging

    from .core import Stoq


class StoqPluginBase:
    """What every plugin has."""

    category = ""
    name = ""
    plugin_path = ""
    parentname: str | None = None
    is_activated = False
    incompatible_plugin = False
    min_stoq_version: str | None = None
    max_stoq_version: str | None = None
    wants_heartbeat = False
    stoq: Stoq
    log: logging.Logger

    def __init__(self) -> None:
        super().__init__()

    def activate(self, *_args: Any, **_kwargs: Any) -> bool:
        """Called by the plugin's own activate."""
        max_tlp = getattr(self, "max_tlp", None)
        if isinstance(max_tlp, str):
            vars(self)["max_tlp"] = max_tlp.lower()
        self.is_activated = True
        return True

    def deactivate(self) -> None:
        """Called when stoQ stops."""
        self.is_activated = False

    def heartbeat(self, force: bool = False) -> None:
        """Runs in a thread of its own when `wants_heartbeat` is true."""


class StoqWorkerPlugin(StoqPluginBase):
    """Produces data from payloads."""

    hashpayload = True
    saveresults = True
    max_processes: Any = 0
    dispatch: Any = None
    output_connector: Any = None
    decorator_plugin: Any = None
    archive_connector: Any = None
    source_plugin: Any = None
    source_queue: Any = None
    error_queue: Any = False
    path: Any = None
    template: Any = None
    ratelimit: Any = None
    cron: Any = None
    default_tlp: Any = None
    outfile: Any = None
    ingest_metadata: Any = None
    combined_results = True
    use_output_date = False
    flatten_results = False
    flatten_delimiter: Any = ":"
    workers: Loaded
    connectors: Loaded
    readers: Loaded
    sources: Loaded
    extractors: Loaded
    carvers: Loaded
    decoders: Loaded
    decorators: Loaded

    def activate(self, options: Any = None, **_kwargs: Any) -> bool:
        """Takes over the flags of the command line, read here where the plugin has not: `stoq.worker` may be this one."""
        if options is None:
            options = StoqArgs(argparse.ArgumentParser()).parse_args(self.stoq.argv[2:])
        said = vars(options) if hasattr(options, "__dict__") else dict(options)
        given = {key: value for key, value in said.items() if value is not None}
        for key, value in given.items():
            setattr(self, key, value)
        answer = _channel.current.ask("activate", given)
        self.stoq.is_primary = answer["primary"]
        _logs.set_level(answer["level"])
        return super().activate()

    def scan(self, payload: bytes | None = None, **kwargs: Any) -> Any:
        """Analyses a payload; overridden."""

    def start(self, payload: bytes | None = None, **kwargs: Any) -> Any:
        """Scans a payload as a run does, and gives the last document."""
        return _channel.current.ask("start", "self", payload, kwargs)

    def multiprocess_put(self, **message: Any) -> None:
        """Hands a message to the scanners; waits while `max_queue` messages wait."""
        _channel.current.ask("put", message)

    def put_and_wait(self, **message: Any) -> Any:
        """As multiprocess_put, and waits until the message needs no more care: gives what became of it."""
        return _channel.current.ask("put_and_wait", message)

    def load_worker(self, name: str) -> bool:
        return self._load("worker", name)

    def load_connector(self, name: str) -> bool:
        return self._load("connector", name)

    def load_reader(self, name: str) -> bool:
        return self._load("reader", name)

    def load_source(self, name: str) -> bool:
        return self._load("source", name)

    def load_extractor(self, name: str) -> bool:
        return self._load("extractor", name)

    def load_carver(self, name: str) -> bool:
        return self._load("carver", name)

    def load_decoder(self, name: str) -> bool:
        return self._load("decoder", name)

    def load_decorator(self, name: str) -> bool:
        return self._load("decorator", name)

    def _load(self, category: str, name: str) -> bool:
        getattr(self, category + "s")[name] = loaded_plugin("self", category, name)
        return True


class StoqConnectorPlugin(StoqPluginBase):
    """Saves results, and gives payloads back."""

    def save(self, payload: Any = None, **kwargs: Any) -> Any:
        """Saves a document, a text or, with archive=True, bytes; overridden."""

    def get_file(self, **kwargs: Any) -> bytes | None:
        """The bytes that the keywords name; overridden where there are any."""

    def connect(self, force_connect: bool = False) -> None:
        """Opens the connection, or opens it again."""

    def disconnect(self) -> None:
        """Closes the connection."""


class StoqReaderPlugin(StoqPluginBase):
    """Reads text or facts out of a payload for other plugins."""

    def read(self, payload: Any = None, **kwargs: Any) -> Any:
        """Overridden."""


class StoqSourcePlugin(StoqPluginBase):
    """Brings payloads in."""

    multiprocess = True

    def ingest(self) -> Any:
        """Puts every message; overridden."""


class StoqExtractorPlugin(StoqPluginBase):
    """Takes a container apart."""

    def extract(self, payload: Any = None, **kwargs: Any) -> Any:
        """Gives None or (metadata, bytes) pairs; overridden."""


class StoqCarverPlugin(StoqPluginBase):
    """Cuts payloads out of others."""

    def carve(self, payload: Any = None, **kwargs: Any) -> Any:
        """Gives None or (metadata, bytes) pairs; overridden."""

    def carve_payload(
        self,
        regex: bytes | str,
        payload: bytes | io.IOBase,
        ignorecase: bool = False,
    ) -> Iterator[tuple[int, int]]:
        """Start and end of every match."""
        content = payload.read() if hasattr(payload, "read") else payload
        pattern = regex.encode("latin-1") if isinstance(regex, str) else regex
        flags = re.MULTILINE | re.DOTALL | (re.IGNORECASE if ignorecase else 0)
        for match in re.finditer(pattern, content, flags):
            yield match.start(), match.end()


class StoqDecoderPlugin(StoqPluginBase):
    """Undoes an encoding."""

    def decode(self, payload: Any = None, **kwargs: Any) -> Any:
        """Gives None or (metadata, bytes) pairs; overridden."""

    def to_bytearray(self, payload: bytes | bytearray | str) -> bytearray:
        """A copy that may be changed; text is taken as UTF-8."""
        return bytearray(payload.encode("utf-8") if isinstance(payload, str) else payload)


class StoqDecoratorPlugin(StoqPluginBase):
    """Rewrites documents before they are saved."""

    def decorate(self, results: Any = None) -> Any:
        """Gives the document that is saved; overridden."""


KINDS: dict[str, type] = {
    "worker": StoqWorkerPlugin,
    "connector": StoqConnectorPlugin,
    "reader": StoqReaderPlugin,
    "source": StoqSourcePlugin,
    "extractor": StoqExtractorPlugin,
    "carver": StoqCarverPlugin,
    "decoder": StoqDecoderPlugin,
    "decorator": StoqDecoratorPlugin,
}
