"""The arguments and flags that several verbs share, and what they come to: settings, clock, archive, jobs.

Scope: declared once, so that every verb says the same thing in the same words. Not in scope: flags of one verb.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from preserve import settings as settings_file
from preserve.clock import Clock
from preserve.engine import cores
from preserve.errors import ExitCode, UsageError
from preserve.progress import SILENT, Progress
from preserve.readers import CHOOSE, RowRange, SourceRef, count_sources, walk_rows, walk_sources
from preserve.settings import Settings

__all__ = [
    "AccessCopyFlag",
    "ArchiveFlag",
    "FormFlag",
    "GroupFlag",
    "JobsFlag",
    "JsonFlag",
    "ReleaseFlag",
    "RowsFlag",
    "SettingsFlag",
    "Sources",
    "announce",
    "chosen",
    "gravest",
    "load_settings",
    "the_clock",
    "workers",
]

_LONGEST_RELEASE = 200

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...",
        help="Captured pages: files, folders and archives of them (zip, tar, 7z; walked), or - for standard input.",
    ),
]
ArchiveFlag = Annotated[
    Path | None,
    typer.Option(
        "--archive", metavar="DIR", help="The archive; default: PRESERVE_ARCHIVE, then the settings, then ./archive."
    ),
]
JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON object a line, as schemas/outcome-1.0.0.schema.json.")]
JobsFlag = Annotated[
    int, typer.Option("--jobs", "-j", min=0, metavar="N", help="Worker processes; 0 for one a processor.")
]
AccessCopyFlag = Annotated[
    bool,
    typer.Option(
        "--access-copy", help="Put a page for people, data/access/ID.html, into each new bag; stored ones stay as is."
    ),
]
FormFlag = Annotated[
    str | None,
    typer.Option("--form", metavar="directory|tar|tar.zst|zip", help="How bags lie on disk; default: the settings."),
]

GroupFlag = Annotated[
    str | None,
    typer.Option(
        "--group",
        metavar="cable|post-month|post-year|release|N",
        help="Which cables go into one bag: one, those of a post and month or year, all of a release, or N of one; "
        "2,000 at most but for N. Default: the settings.",
    ),
]


def _release(value: str | None) -> str | None:
    if value is not None and not (value.strip() and value.isprintable() and len(value) <= _LONGEST_RELEASE):
        raise typer.BadParameter(f"a name of one line, {_LONGEST_RELEASE} characters at most")
    return value.strip() if value is not None else None


ReleaseFlag = Annotated[
    str | None,
    typer.Option(
        "--release",
        metavar="NAME",
        callback=_release,
        help="The release that the pages belong to, where they do not say it; default: the folder or archive so named.",
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
        help="Only these rows of the one FILE, a cables.csv or an archive with one: 5-9, 5-, -9, or 5 alone.",
    ),
]
SettingsFlag = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", help="The settings; default: PRESERVE_SETTINGS, then ./preserve.toml."),
]


def load_settings(
    file: Path | None, archive: Path | None = None, form: str | None = None, group: str | None = None
) -> Settings:
    """Return the settings in force: file, then environment, then flags.

    Raises:
        UsageError: A setting is off, or the file that was named is not there.
    """
    flags: dict[str, str | list[str]] = {}
    if archive is not None:
        flags["archive.root"] = str(archive)
    if form is not None:
        flags["bags.form"] = form
    if group is not None:
        flags["bags.group"] = group
    return settings_file.load_settings(file or settings_file.find_settings(Path.cwd()), os.environ, flags)


def chosen(sources: list[str], rows: RowRange | None, release: str | None) -> Iterator[SourceRef]:
    """Return the sources that a verb is to go through: all that the arguments name, or some rows of the only one.

    Raises:
        UsageError: Rows are chosen, and there are several arguments; when they are drawn: it has no such rows.
    """
    if rows is None:
        return walk_sources(sources, release=release)
    if len(sources) != 1:
        raise UsageError(f"--rows chooses rows of one file, not of {len(sources)}", hint=CHOOSE)
    return walk_rows(sources[0], rows, release=release)


def announce(progress: Progress, sources: list[str], rows: RowRange | None) -> None:
    """Tell a progress that is drawn how many sources there will be, where that is cheap to know."""
    if progress is SILENT:
        return
    number = count_sources(sources)
    if rows is not None and rows.last is not None:
        number = rows.last + 1 - rows.first
    elif rows is not None and number is not None:
        number += 1 - rows.first
    progress.total(number)


def the_clock() -> Clock:
    """Return the clock that ``SOURCE_DATE_EPOCH`` asks for."""
    return Clock.from_environment()


def workers(jobs: int) -> int:
    """Return how many worker processes ``--jobs`` means."""
    return jobs or cores()


_GRAVEST_FIRST = (
    ExitCode.INTERRUPTED,
    ExitCode.ARCHIVE,
    ExitCode.TARGET,
    ExitCode.SOURCE,
    ExitCode.INVALID,
    ExitCode.USAGE,
    ExitCode.OVERDUE,
)


def gravest(codes: Iterable[ExitCode]) -> ExitCode:
    """Return the exit code of a run from those of its items."""
    seen = set(codes)
    return next((code for code in _GRAVEST_FIRST if code in seen), ExitCode.GOOD)
