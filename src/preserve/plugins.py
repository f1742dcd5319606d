"""Plug-ins by entry point: readers and depositors, ours and others', are registered in one way and loaded by name.

What each must do is said by its protocol: :class:`preserve.readers.Reader`, :class:`preserve.deposit.Depositor`.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points

from preserve.errors import UsageError

__all__ = ["load_plugin", "plugin_names"]


@lru_cache(maxsize=8)
def plugin_names(group: str) -> tuple[str, ...]:
    """Return the names registered in a group of entry points, sorted."""
    return tuple(sorted({entry.name for entry in entry_points(group=group)}))


@lru_cache(maxsize=64)
def load_plugin(group: str, name: str) -> object:
    """Return the object that is registered under a name in a group.

    Raises:
        UsageError: No package registered the name, or its code could not be imported.
    """
    entries = [entry for entry in entry_points(group=group) if entry.name == name]
    if not entries:
        known = ", ".join(plugin_names(group)) or "none"
        raise UsageError(f"no {group.removeprefix('preserve.')} entry named {name!r}", hint=f"Registered: {known}.")
    try:
        return entries[0].load()
    except (ImportError, AttributeError) as error:
        raise UsageError(
            f"the plug-in {name!r} ({entries[0].value}) could not be loaded: {error}",
            hint="Reinstall the package that brings it.",
        ) from error
