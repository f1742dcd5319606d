"""Which sources a verb goes through: files, folders and archives of pages, or some rows of one file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

import typer

from preserve.errors import UsageError
from preserve.progress import SILENT, Progress
from preserve.readers import CHOOSE_ROWS, RowRange, SourceRef, count_sources, walk_rows, walk_sources

__all__ = ["AccessCopyFlag", "ReleaseFlag", "RowsFlag", "Sources", "announce_total", "choose_sources"]

_LONGEST_RELEASE = 200

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="Captured pages: files, folders, and archives of pages (zip, tar, 7z), or - for standard input.",
    ),
]
AccessCopyFlag = Annotated[
    bool,
    typer.Option(
        "--access-copy",
        help="Put a page for readers, data/access/ID.html, into each new bag; bags stored before stay as they are.",
    ),
]


def _release(value: str | None) -> str | None:
    if value is not None and not (value.strip() and value.isprintable() and len(value) <= _LONGEST_RELEASE):
        raise typer.BadParameter(f"a release is a name on one line, of at most {_LONGEST_RELEASE} characters")
    return value.strip() if value is not None else None


ReleaseFlag = Annotated[
    str | None,
    typer.Option(
        "--release",
        metavar="NAME",
        callback=_release,
        help="The release of the pages, where they do not name it; default: a folder or archive named after one.",
    ),
]
_ROWS = re.compile(r"([0-9]{1,15})?-([0-9]{1,15})?|([0-9]{1,15})")


def _rows(value: str) -> RowRange:
    """Read ``A-B``, ``A-``, ``-B`` or ``A``."""
    match = _ROWS.fullmatch(value.strip())
    numbers = [int(each) for each in match.groups() if each is not None] if match else []
    if match is None or not numbers or 0 in numbers or sorted(numbers) != numbers:
        raise typer.BadParameter(f"{value!r} is no range of rows; write 5-9, 5- or -9, or 5 alone, counted from 1")
    first, last, alone = match.groups()
    return RowRange(int(alone or first or 1), int(alone or last) if alone or last else None)


RowsFlag = Annotated[
    RowRange | None,
    typer.Option(
        "--rows",
        metavar="A-B",
        parser=_rows,
        help="Only these rows of a single FILE, a cables.csv or an archive that holds one: 5-9, 5-, -9, or 5 alone.",
    ),
]


def choose_sources(sources: list[str], rows: RowRange | None, release: str | None) -> Iterator[SourceRef]:
    """Return the sources that a verb goes through: all that the arguments name, or some rows of the only argument.

    Raises:
        UsageError: Rows are chosen, and there are several arguments; or, when the rows are drawn, it has none of them.
    """
    if rows is None:
        return walk_sources(sources, release=release)
    if len(sources) != 1:
        raise UsageError(f"--rows chooses rows of one file, not of {len(sources)}", hint=CHOOSE_ROWS)
    return walk_rows(sources[0], rows, release=release)


def announce_total(progress: Progress, sources: list[str], rows: RowRange | None) -> None:
    """Tell a progress bar how many sources there will be, where that is cheap to know."""
    # Counting reads folders, which only a bar that is drawn is worth.
    if progress is SILENT:
        return
    number = count_sources(sources)
    if rows is not None and rows.last is not None:
        number = rows.last + 1 - rows.first
    elif rows is not None and number is not None:
        number += 1 - rows.first
    progress.total(number)
