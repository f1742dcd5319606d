"""Folders of sources or bags compared, each with the one before: what is new, gone, back, or changed, and how.

Cables are matched by identifier. Of each only digests and its place are kept, so that a folder of any size fits into
memory; the pairs whose digests differ are read again.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import zip_longest
from operator import attrgetter
from pathlib import Path

from preserve.compare.cables import compare_cables
from preserve.compare.kept_pages import KeptPages, lies_in_archive, without_data
from preserve.compare.metadata import stated_values
from preserve.compare.model import CableOutcome, ChangeKind, CorpusLine
from preserve.compare.operands import Ref, read_operand, walk_folder
from preserve.compare.words import word_keys
from preserve.engine import item_results, map_batches, worker_died_error
from preserve.errors import PreserveError, internal_error
from preserve.progress import SILENT, Progress

__all__ = ["compare_folders"]


@dataclass(frozen=True, slots=True)
class _Summary:
    """What is kept of one source.

    Attributes:
        identifier: The cable's.
        ref: Where to read it again.
        folder: The folder in which it is.
        source: The digest of its bytes.
        content: The digest of all that is compared: the texts, and what the page states beside them.
        words: The digest of the words of the body.
    """

    identifier: str
    ref: Ref
    folder: Path
    source: bytes
    content: bytes
    words: bytes


@dataclass(frozen=True, slots=True)
class _Task:
    """One cable to be settled; either side may be absent."""

    identifier: str
    old: _Summary | None
    new: _Summary | None
    was_absent: bool = False


@dataclass(slots=True)
class _Seen:
    """The sources seen so far, by cable: those of the last folder, and those of earlier ones that are absent since."""

    here: dict[str, list[_Summary]] = field(default_factory=dict)
    absent: dict[str, list[_Summary]] = field(default_factory=dict)

    def step(self, current: dict[str, list[_Summary]]) -> None:
        """Go on to the next folder."""
        gone = {name: each for name, each in self.here.items() if name not in current}
        self.absent = {name: each for name, each in self.absent.items() if name not in current} | gone
        self.here = current


def compare_folders(
    folders: Sequence[Path], *, jobs: int = 1, progress: Progress = SILENT
) -> Generator[CorpusLine, None, None]:
    """Compare each folder with the one before, and yield a line for each cable in the order of the identifiers.

    If a folder has several sources of one cable, those of equal bytes are paired first, then those of equal content,
    then those of equal words, and the rest in the order of their names.

    Args:
        folders: Two or more, oldest first.
        jobs: Worker processes.
        progress: Told of each source and each pair.

    Returns:
        A generator; close it if you stop early.

    Raises:
        SourceError: A folder could not be listed.
    """
    seen = _Seen()
    for number, folder in enumerate(folders):
        current: dict[str, list[_Summary]] = {}
        summaries = map_batches(partial(_summarise, folder), walk_folder(folder), jobs=jobs)
        with closing(item_results(summaries, _lost)) as results:
            for ref, result in results:
                progress.advance(ref.where)
                if isinstance(result, _Summary):
                    current.setdefault(result.identifier, []).append(result)
                else:
                    places = (None, ref.where) if number else (ref.where, None)
                    yield _failed(CorpusLine(outcome=CableOutcome.FAILED, old=places[0], new=places[1]), result)
        if number:
            yield from _step(seen, current, jobs, progress)
        seen.step(current)


def _step(
    seen: _Seen, current: Mapping[str, list[_Summary]], jobs: int, progress: Progress
) -> Generator[CorpusLine, None, None]:
    """Compare one folder with what was seen before it."""
    with KeptPages() as pages:
        for folder, wanted in _to_keep(_tasks(seen, current)).items():
            pages.keep(walk_folder(folder), wanted)
        tasks = (_with_data(task, pages) for task in _tasks(seen, current))
        with closing(item_results(map_batches(_settle, tasks, jobs=jobs), _lost)) as lines:
            for task, line in lines:
                progress.advance(task.identifier)
                yield line if isinstance(line, CorpusLine) else _failed(_line(task, CableOutcome.FAILED), line)


def _to_keep(tasks: Iterable[_Task]) -> dict[Path, set[tuple[str, bytes]]]:
    """Return which pages out of archives of files must be read a second time, by the folder in which they are."""
    wanted: dict[Path, set[tuple[str, bytes]]] = {}
    for task in tasks:
        if task.old is not None and task.new is not None and task.old.content != task.new.content:
            for each in (task.old, task.new):
                if lies_in_archive(each.ref):
                    wanted.setdefault(each.folder, set()).add((each.ref.where, each.source))
    return wanted


def _with_data(task: _Task, pages: KeptPages) -> _Task:
    old, new = (each and replace(each, ref=pages.with_data(each.ref, each.source)) for each in (task.old, task.new))
    return replace(task, old=old, new=new)


def _lost(item: Ref | _Task) -> PreserveError:
    return worker_died_error(item.identifier if isinstance(item, _Task) else item.where)


def _summarise(folder: Path, ref: Ref) -> _Summary | PreserveError:
    """Read one source and keep what matching needs. It is total: one bad source never stops a run."""
    try:
        cable = read_operand(ref)
        return _Summary(
            cable.identifier,
            without_data(ref),
            folder,
            bytes.fromhex(cable.provenance.source.sha256),
            _digest((cable.header.text if cable.header else "", cable.body.text, stated_values(cable))),
            _digest(word_keys(cable.body.text)),
        )
    except PreserveError as error:
        return error
    except Exception as error:
        return internal_error(error)


def _digest(value: object) -> bytes:
    return hashlib.blake2b(repr(value).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _failed(line: CorpusLine, error: PreserveError) -> CorpusLine:
    return replace(line, error=str(error), exit_code=error.exit_code)


# --- matching ---


def _tasks(seen: _Seen, current: Mapping[str, list[_Summary]]) -> Iterator[_Task]:
    """Yield every pair of old and new, and each that has no counterpart, in the order of the identifiers."""
    for identifier in sorted(seen.here.keys() | current.keys()):
        if identifier in seen.here:
            for old, new in _pairs(seen.here[identifier], current.get(identifier, ())):
                yield _Task(identifier, old, new)
        else:
            for old, new in _pairs(seen.absent.get(identifier, ()), current[identifier]):
                if new is not None:
                    yield _Task(identifier, old, new, was_absent=old is not None)


def _pairs(old: Sequence[_Summary], new: Sequence[_Summary]) -> Iterator[tuple[_Summary | None, _Summary | None]]:
    # Each turn pairs what is alike, and leaves the rest to the next, looser one. What is left then is paired anyhow.
    mine, theirs = list(old), list(new)
    for alike in _ALIKE:
        waiting: dict[bytes, deque[_Summary]] = {}
        for each in theirs:
            waiting.setdefault(alike(each), deque()).append(each)
        rest = []
        for each in mine:
            if others := waiting.get(alike(each)):
                yield each, others.popleft()
            else:
                rest.append(each)
        mine = rest
        left = {id(each) for others in waiting.values() for each in others}
        theirs = [each for each in theirs if id(each) in left]
    yield from zip_longest(mine, theirs)


_ALIKE: tuple[Callable[[_Summary], bytes], ...] = tuple(map(attrgetter, ("source", "content", "words")))


def _settle(task: _Task) -> CorpusLine | PreserveError:
    """Say what became of one cable; read both sources again if their digests do not tell. It is total."""
    try:
        kinds = _kinds(task.old, task.new) if task.old and task.new else ()
    except PreserveError as error:
        return error
    except Exception as error:
        return internal_error(error)
    if task.old is None or task.new is None:
        outcome = CableOutcome.NEW if task.old is None else CableOutcome.REMOVED
    elif task.was_absent:
        outcome = CableOutcome.READDED
    else:
        outcome = CableOutcome.CHANGED if kinds else CableOutcome.UNCHANGED
    return replace(_line(task, outcome), kinds=kinds)


def _kinds(old: _Summary, new: _Summary) -> tuple[ChangeKind, ...]:
    if old.source == new.source:
        return ()
    if old.content == new.content:
        return (ChangeKind.CHROME,)
    return compare_cables(read_operand(old.ref), read_operand(new.ref)).kinds


def _line(task: _Task, outcome: CableOutcome) -> CorpusLine:
    return CorpusLine(
        outcome=outcome,
        identifier=task.identifier,
        old=task.old.ref.where if task.old else None,
        new=task.new.ref.where if task.new else None,
    )
