"""The settings in force, and the flags that change them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import typer

from preserve import settings as settings_file
from preserve.cli.console import say_note
from preserve.errors import hide_user_information
from preserve.settings import Settings

__all__ = ["OF_BAGS", "ArchiveFlag", "FormFlag", "GroupFlag", "SettingsFlag", "load_settings"]

ArchiveFlag = Annotated[
    Path | None,
    typer.Option(
        "--archive", metavar="DIR", help="The archive; default: PRESERVE_ARCHIVE, then the settings, then ./archive."
    ),
]
SettingsFlag = Annotated[
    Path | None,
    typer.Option(
        "--settings", metavar="FILE", help="The settings file; default: PRESERVE_SETTINGS, then ./preserve.toml."
    ),
]
FormFlag = Annotated[
    str | None,
    typer.Option(
        "--form", metavar="directory|tar|tar.zst|zip", help="The form of the bags on disk; default: the settings."
    ),
]
GroupFlag = Annotated[
    str | None,
    typer.Option(
        "--group",
        metavar="cable|post-month|post-year|release|N",
        help="What goes into one bag: one cable; the cables of a post and month, of a post and year, or of a release, "
        "at most 2,000; or N cables of a release. Default: the settings.",
    ),
]

OF_BAGS = ("organisation", "access", "rights", "bags")
"""The tables of the settings that decide what is written into bags, and what is said of them."""

_LONGEST = 60
"""Characters of the value of a setting that are shown."""


def load_settings(
    file: Path | None,
    archive: Path | None = None,
    form: str | None = None,
    group: str | None = None,
    *,
    shown: Sequence[str] = (),
) -> Settings:
    """Return the settings in force: file, then environment, then flags.

    Args:
        file: The file that ``--settings`` names.
        archive: The folder that ``--archive`` names.
        form: What ``--form`` says.
        group: What ``--group`` says.
        shown: The tables by which the verb writes. What a file in the current folder decides in them is said before
            anything is written: nobody named that file, and the folder may be a stranger's.

    Raises:
        SettingsError: A setting cannot be used, or the file that was named is not there.
    """
    flags: dict[str, str | list[str]] = {}
    if archive is not None:
        flags["archive.root"] = str(archive)
    if form is not None:
        flags["bags.form"] = form
    if group is not None:
        flags["bags.group"] = group
    found = file or settings_file.find_settings(Path.cwd())
    settings = settings_file.load_settings(found, os.environ, flags)
    if shown and found is not None and file is None and not os.environ.get("PRESERVE_SETTINGS"):
        decided = ", ".join(_differences(settings, settings_file.load_settings(None, os.environ, flags), shown))
        if decided:
            say_note(hide_user_information(f"settings  {found.name} of this folder: {decided}"))
    return settings


def _differences(settings: Settings, without: Settings, tables: Sequence[str]) -> Iterator[str]:
    """Yield the keys that have another value than they would have without a file, each with its value on one line."""
    for table in tables:
        ours, theirs = getattr(settings, table), getattr(without, table)
        for key in fields(ours):
            value = getattr(ours, key.name)
            if value != getattr(theirs, key.name):
                words = ", ".join(value) if isinstance(value, tuple) else " ".join(str(value).split())
                yield f"{table}.{key.name} = {words if len(words) <= _LONGEST else f'{words[:_LONGEST]}...'}"
