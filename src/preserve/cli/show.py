"""``preserve show``: the bags of a cable, and what happened to them."""

from __future__ import annotations

from typing import Annotated

import typer

from preserve.archive import open_archive
from preserve.cli.console import say, say_json
from preserve.cli.options import JsonFlag
from preserve.cli.settings import ArchiveFlag, SettingsFlag, load_settings
from preserve.report import archive as report

__all__ = ["show"]


def show(
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="A cable, a bag, or one version of a bag, such as 05STRELSAU4281/v2.")
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
                say_json(report.show_line(stored, events))
            else:
                say(*report.show_text(stored, events, stored.asked(identifier)))
