"""Values that cross the pipe: JSON, with bytes beside it."""

from __future__ import annotations

import json
from typing import Any, Callable, Optional

#: Deeper values are cut: nobody reads them, and they end the stack of whoever tries.
DEEPEST = 200


class Encoder:
    """Makes JSON of values. Bytes go into a body of their own; in the text stands where: `{mark: [offset, length]}`."""

    def __init__(self, mark: str) -> None:
        self._mark = mark

    def encode(self, value: Any) -> tuple[bytes, list[bytes]]:
        """The text, and the parts of the body."""
        try:
            return self._dump(value)
        except (TypeError, ValueError, RecursionError):
            # Keys that are no text, NaN, or something that holds itself.
            return self._dump(plain(value))

    def _dump(self, value: Any) -> tuple[bytes, list[bytes]]:
        parts: list[bytes] = []
        length = 0

        def leaf(item: Any) -> Any:
            nonlocal length
            if not isinstance(item, (bytes, bytearray, memoryview)):
                return plain_leaf(item)
            part = bytes(item)
            parts.append(part)
            length += len(part)
            return {self._mark: [length - len(part), len(part)]}

        text = json.dumps(value, default=leaf, allow_nan=False, separators=(",", ":"))
        return text.encode("ascii"), parts


def decoder(mark: str, head: bytes, body: bytes) -> Callable[[dict[str, Any]], Any] | None:
    """A hook for json.loads that puts the bytes of a body where they belong."""
    if not mark or mark.encode() not in head:
        return None

    def hook(item: dict[str, Any]) -> Any:
        place = item.get(mark)
        return item if place is None else body[place[0] : place[0] + place[1]]

    return hook


def plain_leaf(value: Any) -> Any:
    """What JSON has no word for: sets and iterators are lists, everything else is its text, as in stoQ 1."""
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=repr)
    if hasattr(value, "__next__"):
        return list(value)
    return str(value)


def plain(value: Any, depth: int = 0) -> Any:
    """A copy that JSON can hold; bytes stay bytes."""
    if depth > DEEPEST:
        return "(too deep)"
    if isinstance(value, dict):
        return {_key(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))):
        return None
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    return plain(plain_leaf(value), depth + 1)


def _key(key: Any) -> str:
    if isinstance(key, (bytes, bytearray)):
        return bytes(key).decode("utf-8", "backslashreplace")
    return key if isinstance(key, str) else str(key)
