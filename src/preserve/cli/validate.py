"""``preserve validate``: any document, ours or edited by hand, held against what it must be."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from preserve.cli.console import say, say_error, say_json
from preserve.cli.jobs import JobsFlag, workers
from preserve.cli.options import JsonFlag, gravest_code
from preserve.engine import item_results, map_batches, worker_died_error
from preserve.errors import ExitCode, PreserveError, SourceError, UsageError
from preserve.report import documents as report, words
from preserve.validation import (
    DocumentKind,
    LogPart,
    UnknownKindError,
    Validated,
    is_folder,
    validate_file,
    walk_documents,
)

__all__ = ["validate"]


@dataclass(frozen=True, slots=True)
class _Item:
    """One file to validate; a file below a folder need not be a document."""

    name: str
    below_folder: bool = False
    part: LogPart | None = None
    trouble: str | None = None


_Answer = Validated | PreserveError


def validate(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Documents, folders of them, or - for standard input.")
    ],
    kind: Annotated[
        DocumentKind | None,
        typer.Option("--as", help="The kind that the files must be; default: what their content shows."),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The record to compare a TEI with; default: the one in ../record/, as in a bag.",
        ),
    ] = None,
    jobs: JobsFlag = 0,
    json_lines: JsonFlag = False,
) -> None:
    """Validate records, TEI, PREMIS, profiles, crates, event logs, lines of --json and settings, whoever made them.

    Each finding has its file, line and column, the clause that it rests on, and advice. Exit code 0: all are valid; 2:
    some are not; 3: some could not be read.

    Example: preserve validate bags/05STRELSAU4281/data notes/05STRELSAU4281.json
    """
    if record is not None and (len(files) != 1 or is_folder(Path(files[0]))):
        raise UsageError("--record goes with one TEI", hint="Without it, the record is taken from the folder beside.")
    counts: Counter[str] = Counter()
    codes: set[ExitCode] = set()
    task = partial(_try, kind, record)
    # What comes from standard input cannot be read by another process.
    answers = map_batches(task, _items(files, kind), jobs=1 if "-" in files else workers(jobs), batch=20)
    with closing(item_results(answers, lambda item: worker_died_error(item.name))) as results:
        for item, answer in results:
            verdict, code = _print(item, answer, json_lines)
            counts[verdict] += 1
            codes.add(code)
    if json_lines:
        say_json(words.counts_line({verdict: counts[verdict] for verdict in report.VERDICTS}))
    elif counts.total() > 1:
        say(words.counts_text({verdict: counts[verdict] for verdict in report.VERDICTS}))
    raise typer.Exit(gravest_code(codes))


def _items(files: list[str], kind: DocumentKind | None) -> Iterator[_Item]:
    for name in files:
        if name == "-" or not is_folder(Path(name)):
            yield _Item(name)
            continue
        empty = True
        try:
            for path, part in walk_documents(Path(name), kind):
                empty = False
                yield _Item(str(path), below_folder=True, part=part)
        except SourceError as error:
            yield _Item(name, trouble=error.message)
            continue
        if empty:
            yield _Item(name, trouble=f"{name}: the folder has no files whose names end like those of documents")


def _try(kind: DocumentKind | None, record: Path | None, item: _Item) -> _Answer:
    if item.trouble is not None:
        return SourceError(item.trouble, hint="Name a document, or a folder that holds some.")
    try:
        file = None if item.name == "-" else Path(item.name)
        return validate_file(file, kind, record=record, part=item.part, stdin=sys.stdin.buffer)
    except PreserveError as error:
        return error


def _print(item: _Item, answer: _Answer, json_lines: bool) -> tuple[str, ExitCode]:
    """Print the answer on one file; return its verdict and its exit code."""
    if isinstance(answer, Validated):
        line = report.validate_line(answer)
        if json_lines:
            say_json(line)
        else:
            say(*report.validate_text(answer))
        return str(line["verdict"]), ExitCode.GOOD if answer.valid else ExitCode.INVALID
    passed_over = item.below_folder and isinstance(answer, UnknownKindError)
    line = report.validate_error_line(item.name, answer, passed_over=passed_over)
    if json_lines:
        say_json(line)
    elif passed_over:
        say(f"{report.PASSED_OVER:<11}  {answer.message}")
    else:
        say_error(answer.message, hint=answer.hint)
    return str(line["verdict"]), ExitCode.GOOD if passed_over else answer.exit_code
