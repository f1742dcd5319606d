"""``preserve audit``: checks the fixity of stored bags and logs each check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Annotated

import typer

from preserve.archive import Archive, EventOutcome, open_archive
from preserve.audit import AuditTask, audit_bags, due_bags, make_task, refuse_broken_log, sweep_archive
from preserve.cli.console import progress_bar, say, say_json
from preserve.cli.jobs import JobsFlag, workers
from preserve.cli.options import JsonFlag, gravest_code, the_clock
from preserve.cli.settings import ArchiveFlag, SettingsFlag, load_settings
from preserve.errors import ExitCode
from preserve.findings import Severity, worst
from preserve.report import archive as report, words

__all__ = ["audit"]

_CODES = {
    EventOutcome.SUCCESS: ExitCode.GOOD,
    EventOutcome.FAIL: ExitCode.INVALID,
    EventOutcome.UNKNOWN: ExitCode.ARCHIVE,
}


def audit(
    identifiers: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID...]", help="Cables or bags; default: every bag, oldest check first."),
    ] = None,
    archive: ArchiveFlag = None,
    jobs: JobsFlag = 0,
    json_lines: JsonFlag = False,
    settings_file: SettingsFlag = None,
) -> None:
    """Check the event log, then every bit of stored bags against manifests and seals, and log a check of each bag.

    Exit code 0: all pass; 2: a bag is not what it was; 4: a bag could not be read; 7: the event log was changed, and no
    bag was checked, or the catalogue was, and it was made again.

    Example: preserve audit --archive /srv/cables
    """
    counts: Counter[EventOutcome] = Counter()
    root = load_settings(settings_file, archive, shown=("archive",)).archive.root
    with (
        open_archive(root, clock=the_clock()) as place,
        progress_bar("audit", json_lines=json_lines) as progress,
    ):
        log = place.check_log()
        if json_lines:
            say_json(report.audit_log_line(log))
        elif log.findings:
            say(*words.finding_texts(log.findings))
        refuse_broken_log(log)
        progress.total(place.count()[0] if not identifiers else None)
        # The checks find what is missing, bag by bag; the sweep adds what lies there unknown.
        strays = [] if identifiers else [each for each in sweep_archive(place) if each.code != "bag-missing"]
        with closing(audit_bags(place, _tasks(place, identifiers), jobs=workers(jobs))) as results:
            for result in results:
                progress.advance(result.label, result.bytes)
                counts[result.outcome] += 1
                if json_lines:
                    say_json(report.audit_line(result))
                elif result.outcome is not EventOutcome.SUCCESS or identifiers:
                    say(*report.audit_text(result))
    numbers = {words.AUDIT_WORDS[outcome]: counts[outcome] for outcome in EventOutcome}
    if json_lines:
        say_json(words.counts_line(numbers))
    else:
        say(*words.finding_texts(strays), report.audit_log_text(log), words.counts_text(numbers))
    differs = [ExitCode.LOG] if worst(log.findings) is Severity.ERROR else []
    raise typer.Exit(gravest_code([*differs, *(_CODES[each] for each in counts), *(ExitCode.INVALID for _ in strays)]))


def _tasks(place: Archive, identifiers: list[str] | None) -> Iterator[AuditTask]:
    if not identifiers:
        return due_bags(place)
    return (make_task(stored) for identifier in identifiers for stored in place.find(identifier))
