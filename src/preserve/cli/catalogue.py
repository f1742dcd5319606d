"""``preserve catalogue rebuild``: the catalogue, made again from the event log and the bags."""

from __future__ import annotations

import typer

from preserve.archive import rebuild_catalogue
from preserve.cli.console import say, say_json
from preserve.cli.options import JsonFlag, the_clock
from preserve.cli.settings import ArchiveFlag, SettingsFlag, load_settings
from preserve.errors import ExitCode
from preserve.findings import Severity, worst
from preserve.report import archive as report

__all__ = ["app"]

app = typer.Typer(help="The index of the archive, which can always be made again.", no_args_is_help=True)


@app.callback()
def _catalogue() -> None:
    """Keep the name of the verb, although it has one sub-verb only."""


@app.command()
def rebuild(archive: ArchiveFlag = None, json_lines: JsonFlag = False, settings_file: SettingsFlag = None) -> None:
    """Make the catalogue again from the event log and the bags.

    Example: preserve catalogue rebuild --archive /srv/cables
    """
    root = load_settings(settings_file, archive, shown=("archive",)).archive.root
    rebuilt = rebuild_catalogue(root, clock=the_clock())
    if json_lines:
        say_json(report.catalogue_rebuild_line(rebuilt))
    else:
        say(*report.catalogue_rebuild_text(rebuilt))
    raise typer.Exit(ExitCode.ARCHIVE if worst(rebuilt.findings) is Severity.ERROR else ExitCode.GOOD)
