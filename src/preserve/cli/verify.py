"""``preserve verify``: bags anywhere, ours or not, verified where they lie."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final

import typer

from preserve.bag import (
    KNOWN_PROFILES,
    BagReport,
    Depth,
    PartialReport,
    PartialVerdict,
    Profile,
    Verdict,
    find_bag_inside,
    index_path,
    verify as verify_bag,
    verify_some,
    verify_stream,
)
from preserve.cli.console import progress_bar, say, say_error, say_json, say_note
from preserve.cli.jobs import JobsFlag, workers
from preserve.cli.options import JsonFlag, gravest_code
from preserve.cli.payload_files import ByIndexFlag, CableFlag, PathFlag, path_patterns, read_index_beside
from preserve.cli.small_files import find_profile
from preserve.cli.verdicts import code_of_verdict
from preserve.engine import item_results, map_batches, worker_died_error
from preserve.errors import ExitCode, PreserveError, UsageError
from preserve.findings import Finding
from preserve.report import bags as report, words

__all__ = ["verify"]

_STREAM: Final = Path("-")
_SHA256: Final = re.compile(r"[0-9A-Fa-f]{64}")
_NO_BAG: Final = frozenset({"bagit-txt-missing", "payload-manifest-missing"})
"""The findings of a folder that nobody meant to be a bag."""

_Answer = BagReport | PartialReport | PreserveError


@dataclass(frozen=True, slots=True)
class _Request:
    """What every bag is asked."""

    depth: Depth
    seal: str | None
    profile: Profile | None
    with_bagit: bool
    threads: int
    patterns: tuple[str, ...]
    by_index: bool

    def answer(self, path: Path) -> _Answer:
        """Verify one bag or some files of it, or return what stopped us."""
        try:
            if self.patterns:
                index = read_index_beside(path) if self.by_index else None
                return verify_some(path, self.patterns, seal=self.seal, index=index, threads=self.threads)
            if path == _STREAM:
                stream = sys.stdin.buffer
                answer = verify_stream(stream, depth=self.depth, seal=self.seal, profile=self.profile)
            else:
                answer = verify_bag(path, depth=self.depth, seal=self.seal, profile=self.profile, threads=self.threads)
            second = _ask_bagit(path, answer) if self.with_bagit else None
        except PreserveError as error:
            return error
        return answer if second is None else replace(answer, findings=(*answer.findings, second))


def _ask_bagit(path: Path, answer: BagReport) -> Finding | None:
    # bagit-python brings much of the standard library with it, and few ask for it.
    from preserve.bag import ask_bagit

    return ask_bagit(path, answer)


def verify(  # noqa: PLR0913, PLR0917 - each is a flag
    bags: Annotated[
        list[Path],
        typer.Argument(
            metavar="BAG...",
            readable=False,  # one that may not be read is reported, and the others are verified
            help="Bags: folders, tars (plain, gzip, bzip2, xz, zstd), zips, or - for a tar on standard input.",
        ),
    ],
    depth: Annotated[Depth, typer.Option(help="How deep to look: at counts, at names, or at every bit.")] = Depth.FULL,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help=f"A BagIt Profile that the bags must meet too: {', '.join(KNOWN_PROFILES)}, or a file.",
        ),
    ] = None,
    seal: Annotated[
        str | None,
        typer.Option(metavar="HASH", help="The SHA-256 of its strongest tag manifest, as you kept it; for one bag."),
    ] = None,
    with_bagit: Annotated[
        bool, typer.Option("--with-bagit", help="Ask bagit-python too, and show where it differs.")
    ] = False,
    path: PathFlag = None,
    cable: CableFlag = None,
    by_index: ByIndexFlag = False,
    jobs: JobsFlag = 0,
    json_lines: JsonFlag = False,
) -> None:
    """Verify bags, whoever made them. Nothing is unpacked or written.

    Exit code 0: all are valid; 2: some are not; 3: some could not be read, which is no proof of loss.

    With --path or --cable only those files are verified, and nothing is said of the rest of the bag. An index that is
    named beside its tar is checked with the tar.

    Example: preserve verify bags/05STRELSAU4281
    """
    bags = _without_indexes(bags)
    _check_usage(bags, seal, with_bagit, depth)
    at_once = workers(jobs)
    threads = max(1, at_once // max(1, len(bags)))
    patterns = path_patterns(path, cable)
    request = _Request(depth, seal, find_profile(profile), with_bagit, threads, patterns, by_index)
    _check_patterns(bags, request)
    counts: Counter[str] = Counter()
    codes: set[ExitCode] = set()
    failed = 0
    with (
        progress_bar("verify", json_lines=json_lines) as progress,
        closing(_answers(bags, request, at_once)) as answers,
    ):
        progress.total(len(bags))
        for bag, answer in answers:
            progress.advance(str(bag))
            if isinstance(answer, PreserveError):
                failed += 1
                codes.add(answer.exit_code)
                _print_error(bag, answer, json_lines)
                continue
            counts[answer.verdict] += 1
            codes.add(code_of_verdict(answer.verdict))
            _print(bag, answer, json_lines)
    numbers = {verdict.value: counts[verdict] for verdict in (PartialVerdict if patterns else Verdict)} | {
        "failed": failed
    }
    if json_lines:
        say_json(words.counts_line(numbers))
    elif len(bags) > 1:
        say(words.counts_text(numbers))
    raise typer.Exit(gravest_code(codes))


def _check_usage(bags: list[Path], seal: str | None, with_bagit: bool, depth: Depth) -> None:
    if seal is not None and len(bags) != 1:
        raise UsageError(
            f"--seal is the seal of one bag, not of {len(bags)}", hint="Verify each bag with its own seal."
        )
    if seal is not None and _SHA256.fullmatch(seal) is None:
        raise UsageError(
            f"--seal {seal!r} is not a SHA-256", hint="Give 64 hexadecimal digits, as 'preserve show' does."
        )
    if bags.count(_STREAM) > 1:
        raise UsageError("- stands for one stream, and is given twice", hint="Save the others to files.")
    if with_bagit and depth is not Depth.FULL:
        raise UsageError("--with-bagit compares every bit", hint="Leave --depth out.")


def _without_indexes(bags: list[Path]) -> list[Path]:
    """Leave out the indexes of tars that are named too, as ``bags/*`` does: each is checked with its tar."""
    # Path.is_file would raise where a folder above may not be entered.
    beside = {index_path(bag) for bag in bags if bag.suffix == ".tar" and os.path.isfile(bag)}  # noqa: PTH113
    return [bag for bag in bags if bag not in beside]


def _check_patterns(bags: list[Path], request: _Request) -> None:
    """Refuse flags that do not go with some files of a bag."""
    if request.by_index and not request.patterns:
        raise UsageError("--by-index is for some files of a tar", hint="Name them with --path or --cable.")
    if request.by_index and request.seal:
        raise UsageError("--by-index goes round the seal: no manifest is read", hint="Leave one of them out.")
    flags = {
        "--depth": request.depth is not Depth.FULL,
        "--profile": request.profile,
        "--with-bagit": request.with_bagit,
    }
    whole = [flag for flag, given in flags.items() if given]
    if request.patterns and whole:
        raise UsageError(f"{whole[0]} is for whole bags; --path and --cable name some files", hint="Leave one out.")
    if request.patterns and _STREAM in bags:
        raise UsageError(
            "--path and --cable do not go with a stream", hint="Verify all of it, or save it to a file first."
        )


def _answers(bags: list[Path], request: _Request, jobs: int) -> Generator[tuple[Path, _Answer], None, None]:
    if _STREAM in bags:
        # Only this process has the stream.
        yield _STREAM, request.answer(_STREAM)
    others = [bag for bag in bags if bag != _STREAM]
    # Small batches: one bag may hold gigabytes.
    yield from item_results(
        map_batches(request.answer, others, jobs=jobs, batch=4), lambda bag: worker_died_error(str(bag))
    )


def _print(bag: Path, answer: BagReport | PartialReport, json_lines: bool) -> None:
    if isinstance(answer, PartialReport):
        line, text = report.verify_part_line(str(bag), answer), report.verify_part_text(str(bag), answer)
    else:
        line, text = report.verify_line(str(bag), answer), report.verify_text(str(bag), answer)
    if json_lines:
        say_json(line)
        return
    say(*text)
    if isinstance(answer, BagReport) and {each.code for each in answer.findings} >= _NO_BAG:
        inside = find_bag_inside(bag)
        if inside is not None:
            say_note(f"  {bag} is no bag, but may hold some, such as {inside}. To verify them: preserve verify {bag}/*")


def _print_error(path: Path, error: PreserveError, json_lines: bool) -> None:
    if json_lines:
        say_json(report.verify_error_line(str(path), error))
    else:
        say_error(error.message, hint=error.hint)
