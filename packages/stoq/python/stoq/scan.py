"""Facts about bytes: hashes, fuzzy hashes, file types, frequencies."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Optional

from . import _channel
from .exceptions import StoqError


def get_hashes(payload: bytes) -> dict[str, str]:
    """md5, sha1, sha256 and sha512, in hexadecimal digits."""
    return {
        "md5": get_md5(payload),
        "sha1": get_sha1(payload),
        "sha256": get_sha256(payload),
        "sha512": get_sha512(payload),
    }


def get_md5(payload: bytes) -> str:
    """md5 in hexadecimal digits."""
    return hashlib.md5(payload, usedforsecurity=False).hexdigest()


def get_sha1(payload: bytes) -> str:
    """sha1 in hexadecimal digits."""
    return hashlib.sha1(payload, usedforsecurity=False).hexdigest()


def get_sha256(payload: bytes) -> str:
    """sha256 in hexadecimal digits."""
    return hashlib.sha256(payload).hexdigest()


def get_sha512(payload: bytes) -> str:
    """sha512 in hexadecimal digits."""
    return hashlib.sha512(payload).hexdigest()


def get_ssdeep(payload: bytes) -> str | None:
    """The fuzzy hash; None when there can be none."""
    fuzzy: str | None = _asked("get_ssdeep", payload)
    return fuzzy


def compare_ssdeep(payload1: bytes, payload2: bytes) -> int | None:
    """How alike two payloads are, 0 to 100."""
    alike: int | None = _asked("compare_ssdeep", payload1, payload2)
    return alike


def get_magic(payload: bytes, mime: bool = True) -> str | None:
    """The MIME type, or with `mime=False` the description, that libmagic has for the bytes."""
    magic: str | None = _asked("get_magic", payload, mime)
    return magic


def bytes_frequency(
    payload: bytes, min_length: int = 1, max_length: int = 3, min_count: int = 10
) -> Iterator[tuple[bytes, int, float]]:
    """Series of bytes that are frequent: bytes, count, per cent. `max_length` itself is not counted."""
    for length in range(min_length, max_length):
        counts: dict[bytes, int] = {}
        for start in range(len(payload) - length + 1):
            series = payload[start : start + length]
            counts[series] = counts.get(series, 0) + 1
        for series, count in counts.items():
            is_run = length > 1 and series == series[:1] * length
            if count >= min_count and not is_run:
                yield series, count, round(100 * count / len(payload), 2)


def _asked(name: str, *values: object) -> Any:
    try:
        return _channel.current.ask(name, *values)
    except StoqError:
        return None
