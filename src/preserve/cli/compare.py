"""``preserve compare``: what changed between two sources of one cable, or from folder to folder."""

from __future__ import annotations

import os
import re
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from preserve.archive import MissingArchiveError, UnknownBagError, open_archive
from preserve.cli.console import progress_bar, say, say_json
from preserve.cli.jobs import JobsFlag, workers
from preserve.cli.options import JsonFlag, gravest_code
from preserve.cli.settings import ArchiveFlag, SettingsFlag, load_settings
from preserve.compare import (
    BagSource,
    CableOutcome,
    ChangeKind,
    CorpusLine,
    Ref,
    compare_cables,
    compare_folders,
    find_operand,
    read_operand,
)
from preserve.errors import ComparisonError, ExitCode, PreserveError, UsageError
from preserve.package import portable_name
from preserve.report import comparison as report, words
from preserve.settings import Settings

__all__ = ["compare"]

_LABEL = re.compile(r"[0-9]{2}[A-Z]+[0-9]+(?:/v[0-9]{1,6})?", re.IGNORECASE)
_LIGHT = frozenset({CableOutcome.UNCHANGED.value, ChangeKind.CHROME.value, ChangeKind.WHITESPACE.value})
"""What the text for people counts and does not list; ``--json`` lists everything."""


def compare(
    sides: Annotated[
        list[str],
        typer.Argument(
            metavar="OLD NEW",
            help="Two sources or bags of one cable: a file, -, a bag, or a bag of the archive, such as "
            "05STRELSAU4281/v1. With --corpus: folders of sources or bags, oldest first.",
        ),
    ],
    corpus: Annotated[bool, typer.Option("--corpus", help="Compare folders, each with the one before it.")] = False,
    archive: ArchiveFlag = None,
    jobs: JobsFlag = 0,
    json_lines: JsonFlag = False,
    settings_file: SettingsFlag = None,
) -> None:
    """Show what changed, by kind: chrome, white space, dateline, typography, metadata, redaction, substance.

    No text of a cable is printed, only places, lengths and counts. Exit code 0 whatever changed; 2: the two cannot be
    compared.

    Example: preserve compare 2010/05STRELSAU4281.html 2011/05STRELSAU4281.html
    """
    if corpus:
        raise typer.Exit(_folders(sides, workers(jobs), json_lines))
    if len(sides) != 2 or sides == ["-", "-"]:
        raise UsageError(
            "compare takes two sources of one cable", hint="Name OLD and NEW; only one can be standard input."
        )
    raise typer.Exit(_pair(sides[0], sides[1], load_settings(settings_file, archive), json_lines))


def _pair(old: str, new: str, settings: Settings, json_lines: bool) -> ExitCode:
    try:
        result = compare_cables(*(read_operand(_find(side, settings)) for side in (old, new)))
    except PreserveError as error:
        if not json_lines:
            raise
        say_json(words.error_line(error, old=old, new=new))
        return error.exit_code
    if json_lines:
        say_json(report.compare_line(old, new, result))
    else:
        say(*report.compare_text(old, new, result))
    return ExitCode.GOOD


def _find(side: str, settings: Settings) -> Ref:
    """Return what an argument names: what lies at the path, or a bag of the archive.

    Raises:
        UsageError: It names both.
    """
    if side == "-" or _LABEL.fullmatch(side) is None:
        return find_operand(side)
    there = os.path.exists(side)  # noqa: PTH110 - Path.exists raises for a name that no disk can have
    try:
        with open_archive(settings.archive.root) as place:
            stored = place.find(side)
    except (MissingArchiveError, UnknownBagError):  # No other error, as in select_bag.
        if there:
            return find_operand(side)
        raise
    if there:
        # As in select_bag: what a stranger put into the current folder must not pass for the bag of the archive.
        raise UsageError(
            f"{side} is stored in the archive, and lies in the current folder too",
            hint=f"Write ./{side} for the one that lies here; for the stored one, go to another folder.",
        )
    if len(stored) > 1:
        raise ComparisonError(
            f"the archive has several versions of {side}", hint=f"Name one: {', '.join(each.label for each in stored)}."
        )
    asked = stored[0].asked(side)
    whole = len(asked) == len(stored[0].cables)
    name = None if whole else portable_name(asked[0].identifier)
    return BagSource(side, stored[0].path, name, stored[0].seal)


def _folders(folders: list[str], jobs: int, json_lines: bool) -> ExitCode:
    if len(folders) < 2:
        raise UsageError("compare --corpus takes two folders or more", hint="Name them oldest first.")
    for folder in folders:
        if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises for a name that no disk can have
            raise UsageError(
                f"{folder} is no folder", hint="compare --corpus takes folders; compare alone takes files."
            )
    counts: Counter[str] = Counter()
    codes: set[ExitCode] = set()
    with (
        progress_bar("compare", json_lines=json_lines) as progress,
        closing(compare_folders([Path(folder) for folder in folders], jobs=jobs, progress=progress)) as results,
    ):
        for line in results:
            counts[line.counted] += 1
            codes.add(line.exit_code)
            if json_lines:
                say_json(report.compare_corpus_line(line))
            elif line.counted not in _LIGHT:
                say(*report.compare_corpus_text(line))
    numbers = CorpusLine.counts(counts)
    if json_lines:
        say_json(words.counts_line(numbers))
    else:
        say(*report.compare_corpus_counts(numbers))
    return gravest_code(codes)
