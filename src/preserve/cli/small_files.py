"""Small files that flags name, read whole within a bound."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from preserve.bag import KNOWN_PROFILES, Profile
from preserve.errors import SourceError, UsageError

__all__ = ["find_profile", "read_small_file"]

_LARGEST: Final = 1 << 20


def find_profile(named: str | None) -> Profile | None:
    """Return a BagIt Profile by its name, or from a file; ``None`` when none is named.

    Raises:
        UsageError: There is neither such a name nor such a file, or the file holds no profile.
        SourceError: The file could not be read.
    """
    if named is None:
        return None
    # Path.exists would raise for a name that no disk can have.
    file = named not in KNOWN_PROFILES and os.path.exists(named)  # noqa: PTH110
    return Profile.parse(read_small_file(Path(named))) if file else Profile.by_name(named)


def read_small_file(path: Path) -> bytes:
    """Return the bytes of a file that a flag names.

    Raises:
        UsageError: The file is larger than 1 MiB.
        SourceError: The file could not be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise SourceError(f"{path} could not be read: {error.strerror}", hint="Name a file that is there.") from error
    if len(data) > _LARGEST:
        raise UsageError(f"{path} is larger than {_LARGEST:,} bytes", hint="Name a smaller file.")
    return data
