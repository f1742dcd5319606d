"""The arguments and flags that several verbs share, and what they come to: settings, clock, archive, jobs.

Scope: declared once, so that every verb says the same thing in the same words. Not in scope: flags of one verb.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from preserve import settings as settings_file
from preserve.clock import Clock
from preserve.engine import cores
from preserve.errors import ExitCode
from preserve.settings import Settings

__all__ = [
    "ArchiveFlag",
    "FormFlag",
    "JobsFlag",
    "JsonFlag",
    "ReleaseFlag",
    "SettingsFlag",
    "Sources",
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
FormFlag = Annotated[
    str | None, typer.Option("--form", metavar="directory|tar", help="How bags lie on the disk; default: the settings.")
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
SettingsFlag = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", help="The settings; default: PRESERVE_SETTINGS, then ./preserve.toml."),
]


def load_settings(file: Path | None, archive: Path | None = None, form: str | None = None) -> Settings:
    """Return the settings in force: file, then environment, then flags.

    Raises:
        UsageError: A setting is off, or the file that was named is not there.
    """
    flags: dict[str, str | list[str]] = {}
    if archive is not None:
        flags["archive.root"] = str(archive)
    if form is not None:
        flags["bags.form"] = form
    return settings_file.load(file or settings_file.find(Path.cwd()), os.environ, flags)


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
