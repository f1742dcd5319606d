"""Two hundred damaged sources for each reader, the same ones each time; ``tests.fuzz.readers`` goes on for minutes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.command import environment
from tests.fuzz.readers import CONTAINERS, Failure, Fate, Target, fuzz, target
from tests.fuzz.samples import Sample
from tests.selection import part

from preserve.cable.text.page import Page
from preserve.readers.formats.plain_text import PlainTextReader
from preserve.readers.reader import Excuse, SourceItem, registered_readers

ROOT = Path(__file__).parents[2]
INPUTS = part(200)


@pytest.mark.parametrize("name", [*registered_readers(), CONTAINERS])
def test_damaged_sources_are_read_or_declined(name: str) -> None:
    tally = fuzz(target(name), range(INPUTS), seed=3)
    assert [(failure.number, failure.says) for failure in tally.failures] == []
    assert tally.inputs == sum(tally.fates.values()) == INPUTS
    # Damage that spares nothing, or nothing but what it spares, would test little.
    assert tally.fates[Fate.READ] >= INPUTS // 10
    assert tally.fates[Fate.DECLINED] + tally.fates[Fate.REFUSED] >= INPUTS // 10


@pytest.mark.parametrize("name", ["plain_text", CONTAINERS])
def test_a_number_makes_one_input(name: str) -> None:
    first, second = target(name), target(name)
    made = [first.make(3, number) for number in range(20)]
    assert made == [second.make(3, number) for number in range(20)]
    assert len({sample.data for sample in made}) == 20
    assert made[:5] != [first.make(4, number) for number in range(5)]


class _Faulty(PlainTextReader):
    """A reader with a fault."""

    def __init__(self, fault: Callable[[], Excuse | None]) -> None:
        self.fault = fault

    def recognise(self, item: SourceItem) -> Callable[[], Page] | Excuse:
        return self.fault() or _no_page


def _no_page() -> Page:
    raise AssertionError("not read")


def _divide() -> Excuse | None:
    return Excuse(str(1 // 0))


def _for_ever() -> Excuse | None:
    while True:
        pass


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (_divide, "ZeroDivisionError in test_readers.py, line"),
        (lambda: Excuse("\x1b[2J"), "the reason is not in words"),
        (lambda: Excuse(" "), "the reason is not in words"),
        (lambda: None, "AssertionError in test_readers.py, line"),
        (_for_ever, "takes more than 0.1 s"),
    ],
)
def test_a_fault_is_told(fault: Callable[[], Excuse | None], says: str) -> None:
    heard: list[Failure] = []
    longest = 0.1 if fault is _for_ever else 1000
    what = Target("faulty", [Sample("x.txt", b"some words of a text")], _Faulty(fault))
    tally = fuzz(what, [5, 6], seed=1, longest=longest, hear=heard.append)
    assert tally.failures == heard
    assert [failure.number for failure in heard] == [5, 6]
    assert says in heard[0].says


def test_the_command_counts(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tests.fuzz.readers", *arguments]
        # Without the real samples, which would take long to look through.
        made_up = {name: value for name, value in environment().items() if name != "PRESERVE_SAMPLES"}
        return subprocess.run(command, cwd=ROOT, env=made_up, capture_output=True, text=True, check=False)

    done = run("plain_text", "--only", "3", "--keep", str(tmp_path / "kept"))
    assert done.returncode == 0
    assert done.stdout.startswith("plain_text: inputs 1, ")
    assert "failures 0, slowest " in done.stdout
    assert not (tmp_path / "kept").exists()
    nobody = run("nobody")
    assert nobody.returncode == 1
    assert "no reader 'nobody'" in nobody.stderr
