"""``preserve pack``: bags made of sources, in a folder, without an archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from preserve.cli.console import progress_bar
from preserve.cli.items import report_items
from preserve.cli.jobs import JobsFlag, workers
from preserve.cli.options import JsonFlag, the_clock
from preserve.cli.settings import OF_BAGS, FormFlag, GroupFlag, SettingsFlag, load_settings
from preserve.cli.sources import AccessCopyFlag, ReleaseFlag, RowsFlag, Sources, announce_total, choose_sources
from preserve.ingest import pack as pack_sources
from preserve.package import Packager
from preserve.provenance import this_software

__all__ = ["pack"]


def pack(  # noqa: PLR0913, PLR0917 - each is a flag
    sources: Sources,
    to: Annotated[
        Path, typer.Option("--to", metavar="DIR", help="The folder for the bags; it is made if it is not there.")
    ],
    form: FormFlag = None,
    group: GroupFlag = None,
    access_copy: AccessCopyFlag = False,
    release: ReleaseFlag = None,
    rows: RowsFlag = None,
    jobs: JobsFlag = 0,
    json_lines: JsonFlag = False,
    settings_file: SettingsFlag = None,
) -> None:
    """Package captured pages, one bag for each cable or group of cables, into a folder.

    Example: preserve pack page.txt --to bags/
    """
    settings = load_settings(settings_file, form=form, group=group, shown=OF_BAGS)
    refs = choose_sources(sources, rows, release)
    with progress_bar("pack", json_lines=json_lines) as progress:
        announce_total(progress, sources, rows)
        outcomes = pack_sources(
            to,
            refs,
            Packager(settings=settings, software=this_software(), clock=the_clock()),
            jobs=workers(jobs),
            access_copy=access_copy,
            progress=progress,
        )
        report_items(outcomes, json_lines=json_lines)
