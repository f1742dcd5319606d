"""Hostile bags, in small: each gives exactly its codes, opens nothing outside, writes nothing, in bounded memory.

The bags are those of ``tests.hostile.bags``, a thousandth of their size; ``tests.hostile.costs`` has them whole.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from tests.bag.fixtures import FIRST, bag, put
from tests.cli.command import environment
from tests.hostile.bags import CASES, SECRET, Case
from tests.hostile.costs import prepared

from preserve.bag.containers import folder
from preserve.bag.containers.entry import Entry, EntryKind
from preserve.bag.containers.entry_table import DigestTable, EntryTable, EntryTablePart, PathSet, split_files
from preserve.bag.containers.folder import DirectoryContainer
from preserve.bag.limits import BoundedList, Limits
from preserve.bag.model import Depth, Verdict
from preserve.bag.reading import summary
from preserve.bag.verifying.verification import verify, verify_by_checks
from preserve.errors import PreserveError
from preserve.findings import Finding

SMALL = 0.001
CODES = tomllib.loads(Path(__file__).with_name("codes.toml").read_text("utf-8"))
OURS = (sys.prefix, sys.base_prefix, str(Path(__file__).parents[2]))
"""Where modules lie, which may be imported meanwhile."""

_READING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_WRITING = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod"}


@contextmanager
def touched() -> Iterator[tuple[list[str], list[str]]]:
    """The paths that Python opens meanwhile, and what it writes, by its own audit events."""
    opened, written = list[str](), list[str]()
    active = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if not active:
            return
        if event == "open":
            opened.append(str(arguments[0]))
            if isinstance(arguments[2], int) and arguments[2] & _READING:
                written.append(str(arguments[0]))
        elif event in _WRITING:
            written.append(f"{event} {arguments[0]}")

    sys.addaudithook(hook)
    try:
        yield opened, written
    finally:
        active = False


def _elsewhere(opened: list[str], root: Path) -> set[str]:
    """Paths that lead out of the bag; a name alone is opened below a folder that was opened before."""
    named = {path for path in opened if "/" in path and not path.startswith(OURS)}
    return {path for path in named if not Path(path).is_relative_to(root) or ".." in Path(path).parts}


def test_every_hostile_bag_has_its_codes() -> None:
    assert [case.name for case in CASES] == list(CODES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_bag_gives_its_codes_and_touches_nothing_else(case: Case, tmp_path: Path) -> None:
    root = prepared(case, tmp_path, SMALL)
    with touched() as (opened, written):
        report = verify(root)
    assert sorted({finding.code for finding in report.findings}) == CODES[case.name]["codes"]
    assert report.verdict.value == CODES[case.name]["verdict"]
    assert str(root) in {path.rstrip("/") for path in opened}
    assert _elsewhere(opened, root) == set()
    assert written == []
    assert (tmp_path / SECRET).read_text() == "nobody may open this\n"


@pytest.mark.long(share=0.25)
@pytest.mark.parametrize("case", [case for case in CASES if case.verbs], ids=lambda case: case.name)
def test_a_hostile_bag_is_listed_or_refused(case: Case, tmp_path: Path) -> None:
    root = prepared(case, tmp_path, SMALL)
    with touched() as (opened, written):
        for look in (summary.summarize_bag, lambda path: list(summary.list_files(path))):
            with suppress(PreserveError):
                look(root)
    assert _elsewhere(opened, root) == set()
    assert written == []


# --- memory ---

_GROWTH = """
import re, sys
from pathlib import Path
from preserve.bag.verifying.verification import verify
from preserve.findings import codes
def memory(what):
    return int(re.search(what + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
codes()
before = memory("VmRSS")
verify(Path(sys.argv[1]))
print((memory("VmHWM") - before) // 1024)
"""

MEMORY = {
    "1,000,000 files, .tar": (0.06, 45),
    "1,000,000 members of one name, .tar.gz": (0.05, 35),
    "1,000,000 names that differ in case": (0.022, 35),
    "manifest: 10,000 paths of 100,000 letters": (0.02, 75),
    "fetch.txt: 10,000 lines of 100,000 letters": (0.02, 75),
    "1,000 manifests of one algorithm, 20,000 lines each that name no file": (0.2, 75),
    "bag-info.txt of 15 MB: 3,000,000 fields": (0.5, 75),
    "bag-info.txt of 15 MB: one field, folded 5,000,000 times": (0.4, 75),
    "1 GB of short lines: manifest-sha512.txt": (0.003, 50),
    "64 tag files of 1 MB, .tar.gz": (1.0, 60),
    "tar: 1,000,000 global headers": (0.05, 20),
    "tar: 1,000 global headers of 1 MB": (0.1, 35),
    "tar: 2,000 names of 1 MB": (0.1, 35),
    "tar: folders of 100,000 depths": (0.3, 60),
    "tar: 200,000 links": (0.2, 45),
    "zip of folders of 30,000 parts": (0.5, 45),
}
"""Part of the full size, and megabytes that verifying may need: before they were bounded, it needed several times."""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
@pytest.mark.long(share=0.25)
@pytest.mark.parametrize("name", MEMORY)
def test_a_hostile_bag_is_verified_in_bounded_memory(name: str, tmp_path: Path) -> None:
    scale, most = MEMORY[name]
    root = prepared(next(case for case in CASES if case.name == name), tmp_path, scale)
    command = [sys.executable, "-c", _GROWTH, str(root)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    assert int(done.stdout) < most


# --- somebody changes the bag while it is verified ---


def test_a_folder_that_becomes_a_link_while_it_is_listed_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bag(tmp_path / "bag")
    put(tmp_path / "evil" / "secret.txt", b"secret")
    scan = folder._scan

    def exchanging(beneath: folder._Beneath, path: str) -> Iterator[Entry]:
        yield from scan(beneath, path)
        if path == "data":
            (tmp_path / "bag/data/source").rename(tmp_path / "away")
            (tmp_path / "bag/data/source").symlink_to(tmp_path / "evil")

    monkeypatch.setattr(folder, "_scan", exchanging)
    report = verify_by_checks(tmp_path / "bag", depth=Depth.FULL)
    assert {each.where for each in report.findings if each.code == "folder-unreadable"} == {"data/source"}
    assert not any("secret" in each.where for each in report.findings)


@pytest.mark.parametrize("path", [FIRST, "bag-info.txt"])
def test_a_file_that_grows_while_it_is_read_is_not_read_for_ever(path: str, tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    container = DirectoryContainer(tmp_path / "bag")
    entry = container.listing().entries[path]
    with (tmp_path / "bag" / path).open("ab") as file:
        file.write(b"more")
    for _entry, chunks in container.contents([entry]):
        with pytest.raises(OSError, match="grows"):
            list(chunks)


# --- tables ---


def filled() -> EntryTable:
    table = EntryTable()
    for number in range(5000):
        table[f"data/{number}.txt"] = Entry(f"data/{number}.txt", EntryKind.FILE, number, number * 7, number % 3)
    table["data"] = Entry("data", EntryKind.FOLDER, 0, 0)
    table["notes\udcff.txt"] = Entry("notes\udcff.txt", EntryKind.FILE, 1 << 70, 5)
    return table


def test_a_table_is_a_dictionary() -> None:
    table = filled()
    same = {path: table[path] for path in table}
    assert len(same) == len(table) == 5002
    assert list(table.items()) == list(same.items())
    assert list(table.values()) == list(same.values())
    assert same["data/4999.txt"] == Entry("data/4999.txt", EntryKind.FILE, 4999, 34993, 1)
    assert same["notes\udcff.txt"].size == 1 << 70
    assert "data/5000.txt" not in table
    assert table.get("x") is None
    table["data/0.txt"] = Entry("data/0.txt", EntryKind.LINK, 0, 1)
    table["notes\udcff.txt"] = Entry("notes\udcff.txt", EntryKind.FILE, 1, 5)
    assert len(table) == 5002
    assert table["data/0.txt"].kind is EntryKind.LINK
    assert table["notes\udcff.txt"].size == 1


def test_parts_of_a_table_are_dictionaries() -> None:
    table = filled()
    files, payload, tags = split_files(table, "data/")
    assert list(tags) == ["notes\udcff.txt"]
    assert (len(files), len(payload), len(tags)) == (5001, 5000, 1)
    assert "data" not in files
    assert payload["data/7.txt"] == table["data/7.txt"]
    assert [path for path, _entry in payload.items()] == list(payload)
    assert sum(entry.size for entry in payload.values()) == sum(range(5000))
    with pytest.raises(KeyError):
        tags["data/7.txt"]


def test_digests_are_a_dictionary() -> None:
    _files, payload, _tags = split_files(filled(), "data/")
    assert isinstance(payload, EntryTablePart)
    digests = DigestTable(payload, 2)
    digests["data/7.txt"], digests["data/6.txt"], digests["elsewhere"] = "0000", "1234", "abcd"
    digests["data/7.txt"] = "00ff"
    assert dict(digests) == {"data/6.txt": "1234", "data/7.txt": "00ff", "elsewhere": "abcd"}
    assert len(digests) == 3
    assert "data/8.txt" not in digests
    assert digests.get("data/8.txt") is None


def test_marks_are_a_set_of_what_is_there() -> None:
    marks = PathSet(filled())
    marks.add("data/1.txt")
    marks.add("elsewhere")
    assert "data/1.txt" in marks
    assert "data/2.txt" not in marks
    assert "elsewhere" not in marks


def test_a_bag_in_tables_has_the_findings_of_one_in_dictionaries(tmp_path: Path) -> None:
    names = ["A.txt", "a.txt", "Z\u00fc.txt", "Zu\u0308.txt", "x/1", "x/2", ".DS_Store"]
    bag(tmp_path / "bag", {name: name.encode() for name in names}, algorithms=("sha256", "sha512"))
    (tmp_path / "bag/data/empty").mkdir()
    (tmp_path / "bag/data/x/1").write_bytes(b"altered")
    (tmp_path / "bag/data/x/2").unlink()
    put(tmp_path / "bag/data/new", b"")
    before = verify(tmp_path / "bag")
    assert verify(tmp_path / "bag", limits=Limits(table_entries=1)) == before
    assert verify(tmp_path / "bag", limits=Limits(table_paths=1)) == before
    assert before.verdict is Verdict.INVALID


def test_what_is_left_off_is_of_a_kind_that_is_kept() -> None:
    several = ["payload-missing"] * 3 + ["link-in-bag"] * 2
    findings = [Finding.of(code, str(number), "") for number, code in enumerate(several)]
    kept = BoundedList(findings, Limits(findings=2))
    assert [each.where for each in kept] == ["0", "1", "3"]
    assert kept.left_off == 2


def test_a_zip_of_more_members_than_are_looked_at_is_not_judged(tmp_path: Path) -> None:
    root = prepared(next(case for case in CASES if case.name == "300,000 files, .zip"), tmp_path, SMALL)
    report = verify(root, limits=Limits(zip_members=100))
    assert [finding.code for finding in report.findings] == ["limit-exceeded"]
    assert report.verdict is Verdict.UNREADABLE


@pytest.mark.parametrize("case", ["1,000,000 files", "1,000,000 files, .tar"])
def test_what_lies_behind_a_limit_is_not_said_to_be_missing(case: str, tmp_path: Path) -> None:
    root = prepared(next(each for each in CASES if each.name == case), tmp_path, SMALL)
    report = verify_by_checks(root, depth=Depth.FULL, limits=Limits(entries=500))
    assert {finding.code for finding in report.findings} == {"limit-exceeded"}
    assert report.verdict is Verdict.UNREADABLE
