"""What plugins know as `self.stoq`."""

from __future__ import annotations

import datetime
import json
import logging
import os
import uuid
from typing import Any, Optional, Union

from . import _channel
from ._remote import PrimaryWorker, RemotePlugin, loaded_plugin
from ._values import plain
from .exceptions import StoqError


class _Answer(str):
    """A text that may be called too: `get_uuid` was a property."""

    def __call__(self) -> str:
        return str(self)


class Stoq:
    """The framework as a plugin sees it. Settings are attributes, under their names in stoq.cfg."""

    tlps = {"red": 0, "amber": 1, "green": 2, "white": 3}

    def __init__(self, settings: dict[str, Any], argv: list[str], version: str) -> None:
        for key, value in settings.items():
            setattr(self, key, tuple(value) if key.endswith("_tuple") else value)
        self.argv = argv
        self.version = version
        self.log = logging.getLogger("stoq")
        self.log_path = os.path.join(settings.get("log_dir", ""), "stoq.log")
        self.stopping = getattr(_channel.current, "stopping", None)
        #: True when the plugin of this process is the primary worker.
        self.is_primary = False
        self.plugin: Any = None
        self._primary = PrimaryWorker()

    @property
    def worker(self) -> Any:
        """The primary worker."""
        return self.plugin if self.is_primary else self._primary

    @property
    def get_uuid(self) -> str:
        """A random id."""
        return _Answer(uuid.uuid4())

    @property
    def get_time(self) -> str:
        """Now, local time with microseconds, ISO 8601."""
        return _Answer(datetime.datetime.now().isoformat())

    def load_plugin(self, name: str, category: str) -> RemotePlugin:
        """Another plugin, ready for use. Raises StoqError when it cannot be loaded."""
        return loaded_plugin("stoq", category, name)

    get_plugin = load_plugin

    def get_plugins_of_category(self, category: str) -> list[tuple[str, str, str]]:
        """Name, version and description of every plugin of a kind."""
        return [tuple(row) for row in _channel.current.ask("plugins", category)]

    def get_file(
        self,
        source: str,
        params: Any = None,
        verify: bool = True,
        auth: Any = None,
        timeout: float = 30,
        headers: Any = None,
        **_more: Any,
    ) -> bytes | None:
        """The bytes of an allowed path or address; None, and a warning, when there are none."""
        options = _request(params=params, verify=verify, auth=auth, timeout=timeout, headers=headers)
        return self._fetched("get_file", source, options)

    def put_file(
        self,
        url: str,
        params: Any = None,
        data: Any = None,
        auth: Any = None,
        verify: bool = True,
        timeout: float = 30,
        headers: Any = None,
        **_more: Any,
    ) -> bytes | None:
        """PUT; the body of the answer, or None."""
        options = _request(
            params=params,
            data=data,
            verify=verify,
            auth=auth,
            timeout=timeout,
            headers=headers,
        )
        return self._fetched("put_file", url, options)

    def post_file(
        self,
        url: str,
        params: Any = None,
        files: Any = None,
        data: Any = None,
        auth: Any = None,
        verify: bool = True,
        timeout: float = 30,
        headers: Any = None,
        **_more: Any,
    ) -> bytes | None:
        """POST, as a form with `files`; the body of the answer, or None."""
        options = _request(
            params=params,
            files=files,
            data=data,
            verify=verify,
            auth=auth,
            timeout=timeout,
            headers=headers,
        )
        return self._fetched("post_file", url, options)

    def _fetched(self, name: str, source: str, options: dict[str, Any]) -> bytes | None:
        try:
            content: bytes | None = _channel.current.ask(name, source, options)
            return content
        except StoqError as fault:
            self.log.warning("%s", fault)
            return None

    def write(
        self,
        payload: bytes | str,
        filename: str | None = None,
        path: str | None = None,
        binary: bool = False,
        overwrite: bool = False,
        append: bool = False,
    ) -> str | bool:
        """Writes a file, never half and never outside of `path`, and gives its path; False for an empty payload."""
        if not payload:
            self.log.warning("nothing to write")
            return False
        options = {
            "filename": filename,
            "path": path,
            "binary": binary,
            "overwrite": overwrite,
            "append": append,
        }
        written: str = _channel.current.ask("write", payload, options)
        return written

    def hashpath(self, sha1: str) -> str:
        """Folder of the archive for a sha1: its first five digits, one folder each."""
        return os.path.join(getattr(self, "archive_base", ""), *sha1[:5])

    def force_unicode(self, payload: bytes) -> str | None:
        """The text that bytes stand for, whatever their encoding."""
        text: str | None = _channel.current.ask("force_unicode", payload)
        return text

    def loads(self, content: str | bytes) -> Any:
        """The value of a JSON text."""
        return json.loads(content)

    def dumps(self, content: Any, indent: int = 4, compactly: bool = False) -> str:
        """JSON of any value: bytes are their printed text, sets are lists."""
        spaces = None if compactly or not indent else indent
        return json.dumps(_printed(plain(content)), indent=spaces)

    def sanitize_json(self, obj: Any) -> Any:
        """A copy with `.` and space in keys replaced by `_`."""
        if isinstance(obj, dict):
            return {
                str(key).replace(".", "_").replace(" ", "_"): self.sanitize_json(value)
                for key, value in obj.items()
            }
        if isinstance(obj, (list, tuple)):
            return [self.sanitize_json(item) for item in obj]
        return obj

    def normalize_json(self, obj: Any) -> Any:
        """A copy in which all values are text and an object inside an object is a list of one."""
        if isinstance(obj, dict):
            return {
                str(key): [self.normalize_json(value)]
                if isinstance(value, dict)
                else self.normalize_json(value)
                for key, value in obj.items()
            }
        if isinstance(obj, (list, tuple)):
            return [self.normalize_json(item) for item in obj]
        return "" if obj is None else str(obj)


def _request(**options: Any) -> dict[str, Any]:
    options["timeoutSeconds"] = options.pop("timeout")
    return {key: value for key, value in options.items() if value is not None}


def _printed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _printed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_printed(item) for item in value]
    return str(value) if isinstance(value, bytes) else value
