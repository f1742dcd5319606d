"""``preserve catalogue rebuild``: makes the catalogue again from what cannot be lost."""

from __future__ import annotations

import typer

from preserve.archive import rebuild_catalogue
from preserve.cli.console import say, say_json
from preserve.cli.options import ArchiveFlag, JsonFlag, SettingsFlag, load_settings, the_clock
from preserve.errors import ExitCode
from preserve.findings import Severity, worst
from preserve.report import json_lines as lines, text

__all__ = ["app"]

app = typer.Typer(help="The index of the archive, which can always be made again.", no_args_is_help=True)


@app.callback()
def _catalogue() -> None:
    """Keep the name of the verb also while it has one sub-verb only."""


@app.command()
def rebuild(archive: ArchiveFlag = None, json_lines: JsonFlag = False, settings_file: SettingsFlag = None) -> None:
    """Make the catalogue again from the event log and the bags.

    Example: preserve catalogue rebuild --archive /srv/cables
    """
    rebuilt = rebuild_catalogue(load_settings(settings_file, archive).archive.root, clock=the_clock())
    if json_lines:
        say_json(lines.rebuilt(rebuilt))
    else:
        say(text.rebuilt(rebuilt))
    raise typer.Exit(ExitCode.ARCHIVE if worst(rebuilt.findings) is Severity.ERROR else ExitCode.GOOD)
