"""The flags that all workers share."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from .exceptions import HelpRequested, UsageError

#: The shared flags as stoQ tells them at the start.
shared_flags: list[dict[str, Any]] = []


def StoqArgs(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Adds the shared flags. A flag that is not given has the value None, so that it overwrites no option."""

    def fault(message: str) -> NoReturn:
        raise UsageError(message)

    def show_help(_file: Any = None) -> NoReturn:
        raise HelpRequested(parser.format_help())

    # A parser of its own would print, and end the process.
    setattr(parser, "error", fault)
    setattr(parser, "print_help", show_help)
    parser.conflict_handler = "resolve"
    groups: dict[str, Any] = {}
    for flag in shared_flags:
        group = groups.get(flag["group"])
        if group is None:
            group = groups[flag["group"]] = parser.add_argument_group(flag["group"])
        group.add_argument(*flag["flags"], **_keywords(flag))
    return parser


def _keywords(flag: dict[str, Any]) -> dict[str, Any]:
    words = {
        "dest": flag["dest"],
        "help": flag["help"].replace("%", "%%"),
        "default": None,
    }
    if "metavar" not in flag:
        return {**words, "action": "store_const", "const": flag.get("constant", True)}
    words["metavar"] = flag["metavar"]
    if flag.get("several"):
        words["nargs"] = "*"
    if flag.get("choices"):
        words["choices"] = flag["choices"]
    if flag.get("number"):
        words["type"] = _number
    return words


def _number(text: str) -> float:
    return float(text) if "." in text else int(text)
