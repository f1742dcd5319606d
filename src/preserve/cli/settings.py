"""The settings in force, and the flags that change them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from preserve import settings as settings_file
from preserve.settings import Settings

__all__ = ["ArchiveFlag", "FormFlag", "GroupFlag", "SettingsFlag", "load_settings"]

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


def load_settings(
    file: Path | None, archive: Path | None = None, form: str | None = None, group: str | None = None
) -> Settings:
    """Return the settings in force: file, then environment, then flags.

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
    return settings_file.load_settings(file or settings_file.find_settings(Path.cwd()), os.environ, flags)
