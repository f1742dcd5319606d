"""``preserve ingest``: packages sources and stores their bags in an archive."""

from __future__ import annotations

from preserve.archive import open_archive
from preserve.cli.console import progress_bar
from preserve.cli.items import report_items
from preserve.cli.options import (
    ArchiveFlag,
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
from preserve.ingest.batch import ingest as ingest_sources
from preserve.provenance.software import this_software
from preserve.readers.sources import walk

__all__ = ["ingest"]


def ingest(
    sources: Sources,
    archive: ArchiveFlag = None,
    form: FormFlag = None,
    release: ReleaseFlag = None,
    jobs: JobsFlag = 0,
    json_lines: JsonFlag = False,
    settings_file: SettingsFlag = None,
) -> None:
    """Package captured pages, one bag a cable, and store the bags in the archive.

    Run it again after an interruption: what is stored already is "unchanged".

    Example: preserve ingest pages/ --archive /srv/cables
    """
    settings = load_settings(settings_file, archive, form)
    clock = the_clock()
    with (
        open_archive(settings.archive.root, clock=clock) as place,
        progress_bar("ingest", json_lines=json_lines) as progress,
    ):
        outcomes = ingest_sources(
            place,
            walk(sources, release=release),
            settings=settings,
            clock=clock,
            software=this_software(),
            jobs=workers(jobs),
            progress=progress,
        )
        report_items(outcomes, json_lines=json_lines)
