"""The flags that name some files of a bag, for ``verify`` and ``bag extract``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from preserve.bag import MemberIndex, index_path, read_index
from preserve.errors import BagError

__all__ = ["ByIndexFlag", "CableFlag", "PathFlag", "path_patterns", "read_index_beside"]

PathFlag = Annotated[
    list[str] | None,
    typer.Option(
        "--path",
        metavar="PATTERN",
        help="Only the paths below data/ that match, such as '*.txt' or 'tei/*'; repeatable.",
    ),
]
CableFlag = Annotated[
    list[str] | None,
    typer.Option("--cable", metavar="ID", help="Only the files of a cable, the same as --path '*/ID.*'; repeatable."),
]
ByIndexFlag = Annotated[
    bool,
    typer.Option(
        "--by-index",
        help="Find and verify these files of a tar by the index beside it, which is trusted, and read nothing else; "
        "default: by the manifests.",
    ),
]


def path_patterns(paths: list[str] | None, cables: list[str] | None) -> tuple[str, ...]:
    """Return the patterns of some paths and cables; none when nothing was named, which is everything."""
    if not cables:
        return tuple(paths or ())
    # The layout of our bags brings lxml with it, which would double the start of a verb on anybody's bag.
    from preserve.package import portable_name

    return (*(paths or ()), *(f"*/{portable_name(each)}.*" for each in cables))


def read_index_beside(tar: Path) -> MemberIndex:
    """Return the index beside a tar.

    Raises:
        BagError: There is none, or what is there is none; or a folder is named, which has none.
    """
    if os.path.isdir(tar):  # noqa: PTH112 - unlike Path.is_dir, false where a folder above may not be entered
        raise BagError(f"{tar} is a folder: only a tar has an index", hint="Leave --by-index out.")
    return read_index(index_path(tar))[0]
