"""``preserve ingest``: bags made of sources, and stored in an archive."""

from __future__ import annotations

from preserve.archive import open_archive
from preserve.cli.console import progress_bar
from preserve.cli.items import report_items
from preserve.cli.jobs import JobsFlag, workers
from preserve.cli.options import JsonFlag, the_clock
from preserve.cli.settings import OF_BAGS, ArchiveFlag, FormFlag, GroupFlag, SettingsFlag, load_settings
from preserve.cli.sources import AccessCopyFlag, ReleaseFlag, RowsFlag, Sources, announce_total, choose_sources
from preserve.ingest import ingest as ingest_sources
from preserve.package import Packager
from preserve.provenance import this_software

__all__ = ["ingest"]


def ingest(  # noqa: PLR0913, PLR0917 - each is a flag
    sources: Sources,
    archive: ArchiveFlag = None,
    form: FormFlag = None,
    group: GroupFlag = None,
    access_copy: AccessCopyFlag = False,
    release: ReleaseFlag = None,
    rows: RowsFlag = None,
    jobs: JobsFlag = 0,
    json_lines: JsonFlag = False,
    settings_file: SettingsFlag = None,
) -> None:
    """Package captured pages, one bag for each cable or group of cables, and store the bags in the archive.

    Run it again after an interruption: what is stored already is "unchanged".

    Example: preserve ingest pages/ --archive /srv/cables
    """
    settings = load_settings(settings_file, archive, form, group, shown=(*OF_BAGS, "archive"))
    clock = the_clock()
    refs = choose_sources(sources, rows, release)
    with (
        open_archive(settings.archive.root, clock=clock) as place,
        progress_bar("ingest", json_lines=json_lines) as progress,
    ):
        announce_total(progress, sources, rows)
        outcomes = ingest_sources(
            place,
            refs,
            Packager(settings=settings, software=this_software(), clock=clock),
            jobs=workers(jobs),
            access_copy=access_copy,
            progress=progress,
        )
        report_items(outcomes, json_lines=json_lines)
