"""``preserve list`` and ``preserve show``: what is in an archive."""

from __future__ import annotations

from typing import Annotated

import typer

from preserve.archive import open_archive
from preserve.cli.console import say, say_json
from preserve.cli.options import ArchiveFlag, JsonFlag, SettingsFlag, load_settings
from preserve.report import json_lines as lines, text

__all__ = ["list_bags", "show"]


def list_bags(archive: ArchiveFlag = None, json_lines: JsonFlag = False, settings_file: SettingsFlag = None) -> None:
    """List every version of every bag in the archive, sorted.

    Example: preserve list --json
    """
    with open_archive(load_settings(settings_file, archive).archive.root) as place:
        none = True
        for stored in place.bags():
            none = False
            if json_lines:
                say_json(lines.stored(stored))
            else:
                say(text.stored_line(stored))
        if none and not json_lines:
            say(f"the archive {place.root} has no bags yet; see: preserve ingest --help")


def show(
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="A cable, a bag, or one version of it as 05STRELSAU4281/v2.")
    ],
    archive: ArchiveFlag = None,
    json_lines: JsonFlag = False,
    settings_file: SettingsFlag = None,
) -> None:
    """Show the bags of a cable, with their events.

    Example: preserve show 05STRELSAU4281
    """
    with open_archive(load_settings(settings_file, archive).archive.root) as place:
        for stored in place.find(identifier):
            events = list(place.events(stored))
            if json_lines:
                say_json(lines.shown(stored, events))
            else:
                say(text.shown(stored, events, stored.asked(identifier)))
