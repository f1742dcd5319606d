"""``preserve verify``: verifies bags anywhere, ours or not."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Final

import typer

from preserve.bag import (
    KNOWN_PROFILES,
    SUFFIXES,
    BagReport,
    Depth,
    PartialReport,
    PartialVerdict,
    Profile,
    Verdict,
    ask_bagit,
    index_path,
    verify as verify_bag,
    verify_some,
    verify_stream,
)
from preserve.cli.console import progress_bar, say, say_error, say_json, say_note
from preserve.cli.named import named_profile
from preserve.cli.options import JobsFlag, JsonFlag, gravest, workers
from preserve.cli.parts import ByIndexFlag, CableFlag, PathFlag, believed, patterns
from preserve.engine import item_results, map_batches, worker_died_error
from preserve.errors import ExitCode, PreserveError, UsageError
from preserve.report import json_lines as lines, text

__all__ = ["verify"]

STREAM: Final = Path("-")
_SHA256: Final = re.compile(r"[0-9A-Fa-f]{64}")
_CODES: Final[Mapping[str, ExitCode]] = {
    Verdict.VALID: ExitCode.GOOD,
    PartialVerdict.INTACT: ExitCode.GOOD,
    Verdict.UNREADABLE: ExitCode.SOURCE,
    PartialVerdict.UNREADABLE: ExitCode.SOURCE,
}
_NO_BAG: Final = frozenset({"bagit-txt-missing", "payload-manifest-missing"})
_ARCHIVES: Final = (".tar", ".zip", *chain.from_iterable(SUFFIXES.values()))
_LOOKED_AT: Final = 1000
"""Names of a folder, when it is no bag, that are looked at for one that is."""
_Answer = BagReport | PartialReport | PreserveError


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of every bag."""

    depth: Depth
    seal: str | None
    profile: Profile | None
    with_bagit: bool
    threads: int
    part: tuple[str, ...]
    by_index: bool

    def of(self, path: Path) -> _Answer:
        """Verify one bag or some files of it, or say what stopped us."""
        try:
            if self.part:
                index = believed(path, by_index=self.by_index)
                return verify_some(path, self.part, seal=self.seal, index=index, threads=self.threads)
            if path == STREAM:
                stream = sys.stdin.buffer
                report = verify_stream(stream, depth=self.depth, seal=self.seal, profile=self.profile)
            else:
                report = verify_bag(path, depth=self.depth, seal=self.seal, profile=self.profile, threads=self.threads)
            second = ask_bagit(path, report) if self.with_bagit else None
        except PreserveError as error:
            return error
        return report if second is None else replace(report, findings=(*report.findings, second))


def verify(  # noqa: PLR0913, PLR0917 - each is a flag
    bags: Annotated[
        list[Path],
        typer.Argument(
            metavar="BAG...",
            readable=False,  # told of each, and the others are verified
            help="Bags: folders, tars (plain, gzip, bzip2, xz, zstd), zips, or - for a tar as stream.",
        ),
    ],
    depth: Annotated[Depth, typer.Option(help="How deep: counts, names, or every bit.")] = Depth.FULL,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE", help=f"Hold the bags to a BagIt Profile too: {', '.join(KNOWN_PROFILES)}, or a file."
        ),
    ] = None,
    seal: Annotated[
        str | None, typer.Option(metavar="HASH", help="The SHA-256 of the tag manifest as you kept it; one bag only.")
    ] = None,
    with_bagit: Annotated[
        bool, typer.Option("--with-bagit", help="Ask bagit-python too, and tell where it differs.")
    ] = False,
    path: PathFlag = None,
    cable: CableFlag = None,
    by_index: ByIndexFlag = False,
    jobs: JobsFlag = 0,
    json_lines: JsonFlag = False,
) -> None:
    """Verify bags, ours or anybody's; nothing is unpacked or written.

    Exit code 0: all are valid; 2: some are not; 3: some could not be read, which is no proof of loss.

    With --path or --cable only those files are verified, and nothing is said of the rest of the bag. An index that is
    named beside its tar is checked with it.

    Example: preserve verify bags/05STRELSAU4281
    """
    bags = _without_indexes(bags)
    _check_usage(bags, seal, with_bagit, depth)
    at_once = workers(jobs)
    threads = max(1, at_once // max(1, len(bags)))
    part = patterns(path, cable)
    asked = _Asked(depth, seal, named_profile(profile), with_bagit, threads, part, by_index)
    _check_part(bags, asked)
    counts: Counter[str] = Counter()
    codes: set[ExitCode] = set()
    failed = 0
    with (
        progress_bar("verify", json_lines=json_lines) as progress,
        closing(_verified(bags, asked, at_once)) as answers,
    ):
        progress.total(len(bags))
        for bag, answer in answers:
            progress.advance(str(bag))
            if isinstance(answer, PreserveError):
                failed += 1
                codes.add(answer.exit_code)
                _tell_error(bag, answer, json_lines)
                continue
            counts[answer.verdict] += 1
            codes.add(_CODES.get(answer.verdict, ExitCode.INVALID))
            _tell(bag, answer, json_lines)
    numbers = {verdict.value: counts[verdict] for verdict in (PartialVerdict if part else Verdict)} | {"failed": failed}
    if json_lines:
        say_json(lines.counts(numbers))
    elif len(bags) > 1:
        say(text.counts(numbers))
    raise typer.Exit(gravest(codes))


def _check_usage(bags: list[Path], seal: str | None, with_bagit: bool, depth: Depth) -> None:
    if seal is not None and len(bags) != 1:
        raise UsageError(f"--seal is of one bag, not of {len(bags)}", hint="Verify each bag with its own seal.")
    if seal is not None and _SHA256.fullmatch(seal) is None:
        raise UsageError(f"--seal {seal!r} is no SHA-256", hint="Give 64 hexadecimal digits, as 'preserve show' does.")
    if bags.count(STREAM) > 1:
        raise UsageError("- stands for one stream, and is named twice", hint="Save the others to files.")
    if with_bagit and depth is not Depth.FULL:
        raise UsageError("--with-bagit compares every bit", hint="Leave --depth out.")


def _without_indexes(bags: list[Path]) -> list[Path]:
    """Leave out the indexes of tars that are named too, as ``bags/*`` does: each is checked with its tar."""
    # Path.is_file would raise where a folder above may not be entered.
    beside = {index_path(bag) for bag in bags if bag.suffix == ".tar" and os.path.isfile(bag)}  # noqa: PTH113
    return [bag for bag in bags if bag not in beside]


def _check_part(bags: list[Path], asked: _Asked) -> None:
    """Refuse what some files of a bag cannot be asked."""
    if asked.by_index and not asked.part:
        raise UsageError("--by-index is for some files of a tar", hint="Name them with --path or --cable.")
    if asked.by_index and asked.seal:
        raise UsageError("--by-index goes round the seal: no manifest is read", hint="Leave one of them out.")
    flags = {"--depth": asked.depth is not Depth.FULL, "--profile": asked.profile, "--with-bagit": asked.with_bagit}
    whole = [flag for flag, given in flags.items() if given]
    if asked.part and whole:
        raise UsageError(f"{whole[0]} is of whole bags; --path and --cable name some files", hint="Leave one out.")
    if asked.part and STREAM in bags:
        raise UsageError("of a stream every file passes", hint="Verify all of it, or save it to a file first.")


def _verified(bags: list[Path], asked: _Asked, jobs: int) -> Generator[tuple[Path, _Answer], None, None]:
    if STREAM in bags:
        # Only this process has the stream.
        yield STREAM, asked.of(STREAM)
    others = [bag for bag in bags if bag != STREAM]
    # Small batches: one bag may hold gigabytes.
    yield from item_results(map_batches(asked.of, others, jobs=jobs, batch=4), lambda bag: worker_died_error(str(bag)))


def _tell(bag: Path, answer: BagReport | PartialReport, json_lines: bool) -> None:
    if isinstance(answer, PartialReport):
        line, words = lines.part(str(bag), answer), text.part(str(bag), answer)
    else:
        line, words = lines.bag(str(bag), answer), text.bag(str(bag), answer)
    if json_lines:
        say_json(line)
        return
    say(words)
    if isinstance(answer, BagReport) and {each.code for each in answer.findings} >= _NO_BAG:
        inside = _looks_like_a_bag_in(bag)
        if inside is not None:
            say_note(f"  {bag} is no bag, but may hold some, as {inside}. To verify them: preserve verify {bag}/*")


def _looks_like_a_bag_in(folder: Path) -> Path | None:
    """Return something in a folder that may be a bag, by its name or its bagit.txt; ``None`` when nothing is."""
    try:
        with os.scandir(folder) as items:
            for item in islice(items, _LOOKED_AT):
                if item.name.endswith(_ARCHIVES) or os.path.isfile(f"{item.path}/bagit.txt"):  # noqa: PTH113
                    return Path(item.path)
    except OSError:
        pass
    return None


def _tell_error(path: Path, error: PreserveError, json_lines: bool) -> None:
    if json_lines:
        say_json(lines.no_bag(str(path), error))
    else:
        say_error(error.message, hint=error.hint)
