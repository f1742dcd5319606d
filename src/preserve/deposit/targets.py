"""From what a user writes after ``--to`` to a depositor: the spelling of targets, and the registered names."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import cast
from urllib.parse import unquote, urlsplit

from preserve import plugins
from preserve.deposit.model import DEPOSITORS_GROUP, Depositor
from preserve.errors import UsageError

__all__ = ["depositor_for", "depositor_names"]

_NAMED = re.compile(r"([a-z][a-z0-9+_-]*):(.*)", re.DOTALL)
_DIRECTORY = "directory"
"""The depositor of a target that is no more than a path."""


def depositor_names() -> tuple[str, ...]:
    """Return the names of all depositors, sorted."""
    return plugins.plugin_names(DEPOSITORS_GROUP)


def depositor_for(target: str) -> Depositor:
    """Return the depositor of a target.

    Args:
        target: A folder's path; ``NAME:ADDRESS`` with the name of a depositor, as ``directory:/mnt/copies``; or a
            ``file:`` URI.

    Raises:
        UsageError: The target is empty, no depositor has that name, or a ``file:`` URI names another host.
    """
    if not target:
        raise UsageError("the target is empty", hint="Name a folder, or NAME:ADDRESS.")
    match = _NAMED.fullmatch(target)
    # A path may hold a colon too; what is there on this machine wins over a name.
    if match is None or os.path.exists(target):  # noqa: PTH110 - Path.exists raises for a name that no disk can have
        return _make(_DIRECTORY, target)
    name, address = match.groups()
    if name == "file":
        return _make(_DIRECTORY, _path_of(target))
    if name in depositor_names():
        return _make(name, address)
    known = ", ".join(depositor_names())
    raise UsageError(
        f"no depositor is named {name!r}", hint=f"Registered: {known}. For a folder of that name, write ./{target}"
    )


def _make(name: str, address: str) -> Depositor:
    return cast("Callable[[str], Depositor]", plugins.load_plugin(DEPOSITORS_GROUP, name))(address)


def _path_of(uri: str) -> str:
    # RFC 8089 2: "file:///path" and "file:/path" name this host, as "localhost" does.
    parts = urlsplit(uri)
    if parts.netloc not in {"", "localhost"} or not parts.path.startswith("/"):
        raise UsageError(f"{uri} does not name a folder of this host", hint="Write file:///the/folder.")
    return unquote(parts.path)
