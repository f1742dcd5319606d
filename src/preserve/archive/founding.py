"""Founding an archive: the marker, ``archive.json``, the README and the copies of the schemas; and checking them."""

from __future__ import annotations

import os
import shlex
import stat
from pathlib import Path

from preserve.archive.layout import (
    ABOUT,
    BAGS,
    CATALOGUE,
    CHECKPOINT,
    DISTRUSTED,
    EVENTS,
    INTENT,
    LOCK,
    MARKER,
    MARKER_PREFIX,
    MARKER_TEXT,
    NEW_CHECKPOINT,
    README,
    SCHEMAS,
    VERSION,
    About,
)
from preserve.contracts import contract_bytes, contract_names, format_specification
from preserve.errors import ArchiveError
from preserve.octets import make_folders, replace_file, translate_os_errors, write_new

__all__ = ["MissingArchiveError", "check_archive", "create_archive", "keep_schemas"]

_OURS = {
    README,
    ABOUT,
    BAGS,
    EVENTS,
    SCHEMAS,
    CATALOGUE,
    f"{CATALOGUE}-wal",
    f"{CATALOGUE}-shm",
    LOCK,
    CHECKPOINT,
    DISTRUSTED,
    NEW_CHECKPOINT,
    INTENT,
}
"""What a founding that was cut short, or an archive that lost its marker, may hold."""
_HARMLESS = {".gitkeep", ".gitignore", "preserve.toml"}
_ABOUT_LIMIT = 1 << 16
"""Bytes of ``archive.json`` that are read; it has some hundred."""
_GROWING = "findings.toml"
"""The one contract without a version in its name: rows are added to it, and none is changed."""


class MissingArchiveError(ArchiveError):
    """There is no archive at a place, nor what is left of one."""


def check_archive(root: Path) -> About:
    """Return what an archive says of itself.

    Raises:
        MissingArchiveError: The folder is no archive, or is not there.
        ArchiveError: It has lost its marker, its layout is one that this program does not know, or it could not be
            read.
    """
    init = f"preserve init --archive {shlex.quote(str(root))}"
    with translate_os_errors("could not open the archive", root):
        if not root.exists():
            raise MissingArchiveError(
                f"there is no archive at {root}",
                hint=f"Check the path, and that its disk is mounted. To make one, run: {init}",
            )
        markers = sorted(path.name for path in root.iterdir() if path.name.startswith(MARKER_PREFIX))
    if not markers:
        # One that has lost its marker is an archive still: what it holds must not be looked for elsewhere.
        kind = ArchiveError if os.path.lexists(root / EVENTS) else MissingArchiveError
        raise kind(f"{root} is not an archive", hint=f"Run: {init}")
    if markers != [MARKER]:
        versions = ", ".join(name.removeprefix(MARKER_PREFIX) for name in markers)
        raise ArchiveError(
            f"{root} has layout version {versions}; this program knows {VERSION}",
            hint="Use the version of preserve that made the archive, or a newer one.",
        )
    return About.decode(_about_bytes(root / ABOUT), str(root / ABOUT))


def _about_bytes(path: Path) -> bytes:
    with translate_os_errors("could not read", path):
        # Other hands may have put a link, a pipe or a file of any size here.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
            data = os.read(descriptor, _ABOUT_LIMIT) if is_file else b""
        finally:
            os.close(descriptor)
    if not data:
        says = "is empty" if is_file else "is no ordinary file"
        raise ArchiveError(f"{path} {says}", hint="Restore it from a copy of the archive.")
    return data


def create_archive(root: Path, created: str) -> None:
    """Make a folder an archive. The marker comes last, so a folder that has it has everything.

    Args:
        root: A folder that is empty, is not there yet, or holds only what a founding that was cut short left.
        created: Now, as :func:`preserve.archive.layout.timestamp` writes it.

    Raises:
        ArchiveError: It holds other things, or could not be written.
    """
    with translate_os_errors("could not make the archive", root):
        make_folders(root)
        others = sorted({path.name for path in root.iterdir()} - _OURS - _HARMLESS)
        if others:
            raise ArchiveError(
                f"{root} is no archive, and not empty: it holds {', '.join(others[:3])}{' ...' if others[3:] else ''}",
                hint="Name an empty or a new folder.",
            )
        for folder in (BAGS, EVENTS, SCHEMAS):
            make_folders(root / folder, root)
        if not (root / README).exists():
            write_new(root / README, (format_specification(),))
        if not (root / ABOUT).exists():
            write_new(root / ABOUT, (About(created).encode(),))
    keep_schemas(root)
    with translate_os_errors("could not make the archive", root):
        write_new(root / MARKER, (MARKER_TEXT,))


def keep_schemas(root: Path) -> None:
    """Copy the contracts that the archive does not hold yet into it; a version that is there stays as it is.

    Raises:
        ArchiveError: They could not be written.
    """
    with translate_os_errors("could not keep the schemas in", root / SCHEMAS):
        make_folders(root / SCHEMAS, root)
        for name in contract_names():
            path = root / SCHEMAS / name
            if not path.exists():
                make_folders(path.parent, root)
                write_new(path, (contract_bytes(name),))
            elif name == _GROWING and path.stat().st_size < len(contract_bytes(name)):
                replace_file(path, contract_bytes(name), root)
