"""The lines and the counts of the verbs that make bags of sources: ``ingest`` and ``pack``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import closing

import typer

from preserve.cli.console import say, say_json
from preserve.cli.options import gravest
from preserve.errors import ArchiveError, ExitCode
from preserve.ingest import Fate, ItemOutcome
from preserve.report import json_lines as lines, text

__all__ = ["report_items"]


def report_items(outcomes: Generator[ItemOutcome, None, None], *, json_lines: bool) -> None:
    """Print each outcome as it comes, then the counts, and leave with the gravest exit code.

    The counts come also when the run is stopped: what was acknowledged until then holds.

    Raises:
        ArchiveError: The archive stopped the run.
    """
    counts: Counter[Fate] = Counter()
    codes: set[ExitCode] = set()
    stopped: ArchiveError | KeyboardInterrupt | None = None
    try:
        # Closed here and now, not when the last reference goes: workers can be ended by the thread that made them only.
        with closing(outcomes):
            for outcome in outcomes:
                counts[outcome.fate] += 1
                codes.add(outcome.exit_code)
                if json_lines:
                    say_json(lines.item(outcome))
                else:
                    say(text.item(outcome))
    except (ArchiveError, KeyboardInterrupt) as error:
        stopped = error
    if json_lines:
        say_json(lines.counts({fate.value: counts[fate] for fate in Fate}))
    else:
        say(text.counts({fate.value: counts[fate] for fate in Fate}))
    if stopped is not None:
        raise stopped
    raise typer.Exit(gravest(codes))
