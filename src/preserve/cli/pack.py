"""``preserve pack``: packages sources into a folder, without an archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from preserve.cli.console import progress_bar
from preserve.cli.items import report_items
from preserve.cli.options import (
    FormFlag,
    JobsFlag,
    JsonFlag,
    ReleaseFlag,
    SettingsFlag,
    Sources,
    load_settings,
    the_clock,
    workers,
)
from preserve.ingest.batch import pack as pack_sources
from preserve.provenance.software import this_software
from preserve.readers.sources import walk

__all__ = ["pack"]


def pack(
    sources: Sources,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The folder that the bags go to; made if need be.")],
    form: FormFlag = None,
    release: ReleaseFlag = None,
    jobs: JobsFlag = 0,
    json_lines: JsonFlag = False,
    settings_file: SettingsFlag = None,
) -> None:
    """Package captured pages, one bag a cable, into a folder.

    Example: preserve pack page.txt --to bags/
    """
    settings = load_settings(settings_file, form=form)
    with progress_bar("pack", json_lines=json_lines) as progress:
        outcomes = pack_sources(
            to,
            walk(sources, release=release),
            settings=settings,
            clock=the_clock(),
            software=this_software(),
            jobs=workers(jobs),
            progress=progress,
        )
        report_items(outcomes, json_lines=json_lines)
