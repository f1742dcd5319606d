"""``preserve formats``: lists the source formats that can be read here."""

from __future__ import annotations

from preserve.cli.console import say, say_json
from preserve.cli.options import JsonFlag
from preserve.readers import registered_readers

__all__ = ["formats"]


def formats(json_lines: JsonFlag = False) -> None:
    """List the readers, ours and those that other packages registered.

    Example: preserve formats
    """
    for name, reader in registered_readers().items():
        if json_lines:
            say_json({"reader": name, "describes": reader.describes})
        else:
            say(f"{name:<16} {reader.describes}")
