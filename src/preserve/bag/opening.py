"""From a path to the container that lies there.

Scope: telling a folder from a tar from neither, by what is there and not by its name. Not in scope: what the container
holds (``folder``, ``tarball``).
"""

from __future__ import annotations

import stat
from pathlib import Path

from preserve.bag.containers import Container
from preserve.bag.folder import DirectoryContainer
from preserve.bag.tarball import TarContainer, is_tar
from preserve.errors import BagError

__all__ = ["open_container"]

_MAGIC = (
    (b"\x1f\x8b", "a gzip file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ\0", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"PK\x03\x04", "a zip file"),
    (b"PK\x05\x06", "a zip file"),
)


def open_container(path: Path) -> Container:
    """Return the container that lies at a path.

    Raises:
        BagError: There is nothing at the path, it cannot be opened, or is neither a folder nor a tar.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return DirectoryContainer(path)
        if stat.S_ISREG(mode):
            with path.open("rb") as stream:
                start = stream.read(512)
            if is_tar(start) or path.suffix == ".tar":
                return TarContainer(path)
            raise BagError(f"{path} is {_guess(start)}, not a bag", hint=_hint(start))
    except (OSError, ValueError) as error:
        reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        raise BagError(f"{path} could not be opened: {reason}", hint="Name a folder or a tar that exists.") from error
    raise BagError(f"{path} is neither a folder nor a file", hint="Name the folder or the tar of a bag.")


def _guess(start: bytes) -> str:
    return next((name for magic, name in _MAGIC if start.startswith(magic)), "a file that is no tar")


def _hint(start: bytes) -> str:
    packed = any(start.startswith(magic) for magic, _name in _MAGIC)
    return "Unpack it first: plain tars and folders are read." if packed else "Name the folder or the tar of a bag."
