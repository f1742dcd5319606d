"""``preserve formats``: the formats of sources that can be read here."""

from __future__ import annotations

from preserve.cli.console import say, say_json
from preserve.cli.options import JsonFlag
from preserve.readers import registered_readers
from preserve.report import cables as report

__all__ = ["formats"]


def formats(json_lines: JsonFlag = False) -> None:
    """List the readers: those of preserve, and those that other packages registered.

    Example: preserve formats
    """
    for name, reader in registered_readers().items():
        if json_lines:
            say_json(report.formats_line(name, reader))
        else:
            say(report.formats_text(name, reader))
