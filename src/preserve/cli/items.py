"""The lines and the counts of the verbs that make bags of sources: ``ingest`` and ``pack``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import closing

import typer

from preserve.cli.console import say, say_json
from preserve.cli.options import gravest_code
from preserve.errors import ArchiveError, ExitCode
from preserve.ingest import Fate, ItemOutcome
from preserve.report import cables as report, words

__all__ = ["report_items"]


def report_items(outcomes: Generator[ItemOutcome, None, None], *, json_lines: bool) -> None:
    """Print each outcome as it comes, then the counts, and end with the gravest exit code.

    The counts are printed also when the run is stopped: what was acknowledged until then holds.

    Raises:
        ArchiveError: The archive stopped the run.
    """
    counts: Counter[Fate] = Counter()
    codes: set[ExitCode] = set()
    stopped: ArchiveError | KeyboardInterrupt | None = None
    try:
        # Closed here, and not when the last reference goes: only the thread that made the workers can end them.
        with closing(outcomes):
            for outcome in outcomes:
                counts[outcome.fate] += 1
                codes.add(outcome.exit_code)
                if json_lines:
                    say_json(report.ingest_line(outcome))
                else:
                    say(*report.ingest_text(outcome))
    except (ArchiveError, KeyboardInterrupt) as error:
        stopped = error
    if json_lines:
        say_json(words.counts_line({fate.value: counts[fate] for fate in Fate}))
    else:
        say(words.counts_text({fate.value: counts[fate] for fate in Fate}))
    if stopped is not None:
        raise stopped
    raise typer.Exit(gravest_code(codes))
