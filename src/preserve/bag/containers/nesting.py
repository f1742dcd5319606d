"""Folders that are no bags, but may hold some."""

from __future__ import annotations

import os
from itertools import chain, islice
from pathlib import Path
from typing import Final

from preserve.bag.containers.opening import SUFFIXES

__all__ = ["find_bag_inside"]

_ARCHIVES: Final = (".tar", ".zip", *chain.from_iterable(SUFFIXES.values()))

_MOST: Final = 1000
"""Names of a folder that are looked at."""


def find_bag_inside(folder: Path) -> Path | None:
    """Return something in a folder that may be a bag, by its name or its ``bagit.txt``; ``None`` when nothing may."""
    try:
        with os.scandir(folder) as items:
            for item in islice(items, _MOST):
                if item.name.endswith(_ARCHIVES) or os.path.isfile(f"{item.path}/bagit.txt"):  # noqa: PTH113
                    return Path(item.path)
    except OSError:
        # Who asks has looked at the folder already, and knows why it cannot be read.
        pass
    return None
