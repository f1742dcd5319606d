"""The flags that name some files of a bag, for ``verify`` and ``bag extract``.

Scope: from flags to patterns and the index that is to be believed. Not in scope: what is done with the files.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from preserve.bag import MemberIndex, index_path, read_index
from preserve.errors import BagError
from preserve.package import portable_name

__all__ = ["ByIndexFlag", "CableFlag", "PathFlag", "believed", "patterns"]

PathFlag = Annotated[
    list[str] | None,
    typer.Option(
        "--path", metavar="PATTERN", help="Only paths below data/ that fit, as '*.txt' or 'tei/*'; repeatable."
    ),
]
CableFlag = Annotated[
    list[str] | None,
    typer.Option("--cable", metavar="ID", help="Only the files of a cable, as '--path */ID.*'; repeatable."),
]
ByIndexFlag = Annotated[
    bool,
    typer.Option(
        "--by-index",
        help="Read only those bytes of a tar, found and verified by the index beside it, which is taken at its "
        "word; without, by the manifests.",
    ),
]


def patterns(paths: list[str] | None, cables: list[str] | None) -> tuple[str, ...]:
    """Return the patterns of some paths and cables; none when nothing was named, which is everything."""
    return (*(paths or ()), *(f"*/{portable_name(each)}.*" for each in cables or ()))


def believed(tar: Path, *, by_index: bool) -> MemberIndex | None:
    """Return the index beside a tar, when it is to be believed.

    Raises:
        BagError: It is not there, or is none; or a folder is named, which has none.
    """
    if not by_index:
        return None
    if os.path.isdir(tar):  # noqa: PTH112 - unlike Path.is_dir, false where a folder above may not be entered
        raise BagError(f"{tar} is a folder: only a tar has an index", hint="Leave --by-index out.")
    return read_index(index_path(tar))[0]
