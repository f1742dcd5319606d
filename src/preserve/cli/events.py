"""``preserve events``: what happened to a cable, from its capture to the last check of its bags."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from preserve.access import trace_lifetime
from preserve.archive import open_archive
from preserve.cli.console import say, say_bytes, say_json, say_note
from preserve.cli.options import JsonFlag
from preserve.cli.settings import ArchiveFlag, SettingsFlag, load_settings
from preserve.errors import UsageError
from preserve.report import archive as report

__all__ = ["History", "events"]


class History(StrEnum):
    """The forms that ``--as`` gives."""

    TEXT = "text"
    JSON = "json"
    PREMIS = "premis"


def events(
    identifier: Annotated[
        str, typer.Argument(metavar="ID", help="A cable, a bag, or one version of a bag, such as 05STRELSAU4281/v2.")
    ],
    form: Annotated[
        History | None, typer.Option("--as", help="For people, as JSON lines, or as one PREMIS 3.0 document.")
    ] = None,
    archive: ArchiveFlag = None,
    json_lines: JsonFlag = False,
    settings_file: SettingsFlag = None,
) -> None:
    """Show every event of a cable's bags: those that a bag records inside, and those that the archive logged since.

    Exit code 2: the record inside a bag cannot be trusted; 4: a bag could not be read. Then nothing is printed.

    Example: preserve events 05STRELSAU4281 --as premis
    """
    if json_lines and form not in {None, History.JSON}:
        raise UsageError(f"--json and --as {form} do not go together", hint="--json is short for --as json.")
    with open_archive(load_settings(settings_file, archive).archive.root) as place:
        bags = place.find(identifier)
        life = trace_lifetime(place, bags, identifier)
    for stored in life.silent:
        say_note(f"{stored.label} holds no PREMIS: only the event log tells its events")
    if form is History.PREMIS:
        say_bytes(life.premis)
    elif json_lines or form is History.JSON:
        for event in life.events:
            say_json(report.events_line(event))
    else:
        for row in report.events_text(bags, life.events):
            say(row)
