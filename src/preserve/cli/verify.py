"""``preserve verify``: verifies bags anywhere, ours or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from preserve.bag.model import BagReport, Depth, Verdict
from preserve.bag.verify import verify as verify_bag
from preserve.cli.console import progress_bar, say, say_error, say_json
from preserve.cli.options import JobsFlag, JsonFlag, gravest, workers
from preserve.engine import Lost, map_batches
from preserve.errors import ExitCode, PreserveError, SourceError
from preserve.report import json_lines as lines
from preserve.report import text

__all__ = ["verify"]


def verify(
    bags: Annotated[list[Path], typer.Argument(metavar="BAG...", help="Bags: folders or tars.")],
    depth: Annotated[Depth, typer.Option(help="How deep: counts, names, or every bit.")] = Depth.FULL,
    jobs: JobsFlag = 0,
    json_lines: JsonFlag = False,
) -> None:
    """Verify bags, ours or anybody's; nothing is unpacked or written. Exit code 0: all valid; 2: some are not.

    Example: preserve verify bags/05STRELSAU4281
    """
    counts: Counter[Verdict] = Counter()
    codes: set[ExitCode] = set()
    with (
        progress_bar("verify", json_lines=json_lines) as progress,
        closing(_verified(bags, depth, workers(jobs))) as answers,
    ):
        progress.total(len(bags))
        for path, answer in answers:
            progress.advance(str(path))
            if isinstance(answer, PreserveError):
                codes.add(answer.exit_code)
                _tell_error(path, answer, json_lines)
                continue
            counts[answer.verdict] += 1
            codes.add(_code(answer))
            if json_lines:
                say_json(lines.bag(str(path), answer))
            else:
                say(text.bag(str(path), answer))
    if json_lines:
        say_json(lines.counts({verdict.value: counts[verdict] for verdict in Verdict}))
    elif len(bags) > 1:
        say(text.counts({verdict.value: counts[verdict] for verdict in Verdict}))
    raise typer.Exit(gravest(codes))


def _code(report: BagReport) -> ExitCode:
    if report.verdict is Verdict.UNREADABLE:
        return ExitCode.SOURCE
    return ExitCode.GOOD if report.valid else ExitCode.INVALID


def _verified(
    bags: list[Path], depth: Depth, jobs: int
) -> Generator[tuple[Path, BagReport | PreserveError], None, None]:
    # Small batches: one bag may hold gigabytes.
    with closing(map_batches(partial(_try, depth), bags, jobs=jobs, batch=4)) as batches:
        for batch in batches:
            for outcome in batch:
                if isinstance(outcome, Lost):
                    yield outcome.item, SourceError(f"{outcome.item}: the worker died of it, twice")
                else:
                    yield outcome.item, outcome.result


def _try(depth: Depth, path: Path) -> BagReport | PreserveError:
    try:
        return verify_bag(path, depth=depth)
    except PreserveError as error:
        return error


def _tell_error(path: Path, error: PreserveError, json_lines: bool) -> None:
    if json_lines:
        say_json(lines.no_bag(str(path), error))
    else:
        say_error(error.message, hint=error.hint)
