"""The chain of a log over its files: every fault at its line, whatever lies among the files, in flat memory."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.memory import measured_memory
from tests.validation.making import event_log

from preserve.digests import sha256
from preserve.errors import SourceError
from preserve.validation import chain as module, files
from preserve.validation.chain import Chain, LogPart, is_log_file, log_parts
from preserve.validation.files import LARGEST, validate_file, walk_documents

LINES = event_log(9).splitlines(keepends=True)
FIRST, SECOND, THIRD = "2026/01/000000000001.jsonl", "2020/05/000000000004.jsonl", "2026/02/000000000007.jsonl"
"""The second was written after a clock had been set back."""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of nine lines in three files."""
    for at, name in enumerate((FIRST, SECOND, THIRD)):
        put(tmp_path / "events", name, LINES[3 * at : 3 * at + 3])
    return tmp_path / "events"


def put(log: Path, name: str, lines: Sequence[bytes]) -> None:
    (log / name).parent.mkdir(parents=True, exist_ok=True)
    (log / name).write_bytes(b"".join(lines))


def told(folder: Path) -> list[tuple[str, int | None, str]]:
    """Return where each finding is, and its code."""
    found = []
    for path, part in walk_documents(folder):
        result = validate_file(path, part=part)
        place = path.relative_to(folder).as_posix()
        found += [(place, each.place.line if each.place else None, each.finding.code) for each in result.findings]
    return found


def test_a_whole_log_is_valid_in_the_order_of_its_numbers(log: Path) -> None:
    assert told(log) == []
    assert told(log.parent) == []
    assert log_parts(log) == {
        log / FIRST: LogPart(1, None, last=False),
        log / SECOND: LogPart(4, log / FIRST, last=False),
        log / THIRD: LogPart(7, log / SECOND, last=True),
    }


def test_a_part_of_a_log_alone_begins_where_it_begins(log: Path) -> None:
    assert told(log / "2026/02") == []
    assert validate_file(log / THIRD).findings == ()


def spoil(line: bytes) -> bytes:
    return line.replace(b"All well.", b"Not well.")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda log: (log / FIRST).unlink(), [(SECOND, 1, "event-sequence-broken")]),
        (lambda log: (log / SECOND).unlink(), [(THIRD, 1, "event-sequence-broken")]),
        (lambda log: (log / THIRD).unlink(), []),  # only the archive knows how long its log was
        (lambda log: put(log, FIRST, LINES[:2]), [(SECOND, 1, "event-sequence-broken")]),
        (lambda log: put(log, FIRST, LINES[1:3]), [(FIRST, 1, "event-sequence-broken")]),
        (lambda log: put(log, FIRST, [*LINES[:2], spoil(LINES[2])]), [(SECOND, 1, "event-chain-broken")]),
        (lambda log: put(log, FIRST, [LINES[0].replace(b'"0000', b'"000a'), *LINES[1:3]]), [
            (FIRST, 1, "event-chain-broken"), (FIRST, 2, "event-chain-broken")]),
        (lambda log: put(log, FIRST, [*LINES[:2], b"{\n"]), [
            (SECOND, 1, "event-chain-broken"), (FIRST, 3, "json-malformed")]),
        (lambda log: put(log, FIRST, [b"garbage\n", *LINES[1:3]]), [
            (FIRST, 1, "json-malformed"), (FIRST, 2, "event-chain-broken")]),
        (lambda log: put(log, FIRST, [*LINES[:3], b'{"seq"']), [(FIRST, 4, "event-line-malformed")]),
        (lambda log: put(log, THIRD, [*LINES[6:], b'{"seq"']), [(THIRD, 4, "event-line-unfinished")]),
        (lambda log: put(log, THIRD, [*LINES[6:8], LINES[8][:-1]]), [(THIRD, 3, "event-line-unfinished")]),
        (lambda log: put(log, "2026/03/000000000007.jsonl", LINES[6:]), [
            ("2026/03/000000000007.jsonl", 1, "event-sequence-broken")]),
        (lambda log: (log / SECOND).rename(log / "2020/05/000000000005.jsonl"), [
            ("2020/05/000000000005.jsonl", 1, "event-sequence-broken")]),
        (lambda log: put(log, "2020/05/000000000005.jsonl", []), None),  # a file without a byte hides no gap
        (lambda log: (log / "2026/03").symlink_to(log / "2026/02"), []),
        (lambda log: (log / "2026/02/000000000010.jsonl").symlink_to(log / FIRST), []),
        (lambda log: os.mkfifo(log / "2026/02/000000000010.jsonl"), []),
    ],
)  # fmt: skip
def test_each_fault_of_a_log_is_found_at_its_line(
    log: Path, change: Callable[[Path], object], expected: list[tuple[str, int, str]] | None
) -> None:
    change(log)
    if expected is None:
        with pytest.raises(SourceError, match="is empty"):
            told(log)
        return
    assert told(log) == expected


def test_a_link_in_place_of_a_part_is_a_gap(log: Path) -> None:
    (log / SECOND).rename(log.parent / "elsewhere.jsonl")
    (log / SECOND).symlink_to(log.parent / "elsewhere.jsonl")
    assert told(log) == [(THIRD, 1, "event-sequence-broken")]


@pytest.mark.parametrize("seq", [b"true", b"2.0", b'"2"', b"9" * 4300, b"9223372036854775808", b"null", b"[]"])
def test_what_is_no_number_of_a_line_is_told_and_breaks_nothing(log: Path, seq: bytes) -> None:
    lines = [LINES[0], LINES[1].replace(b'"seq":2', b'"seq":' + seq), b"{\n", LINES[2]]
    put(log, FIRST, lines)
    codes = {code for place, line, code in told(log) if (place, line) == (FIRST, 2)}
    assert codes == {"event-invalid"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"version":1', b'"version":1000000000'),
        (b'"bag":"07STRELSAU1"', b'"bag":"07STRELSAU2"'),
        (b"/v1", b"/v2"),
        (b'"files":1', b'"files":1.0'),
        (b'"identifier":"x"', b'"identifier":"\\ud800"'),
    ],
)
@pytest.mark.parametrize("version", [b"1.0.0", b"1.1.0"])
def test_what_the_archive_would_not_take_is_not_valid(tmp_path: Path, version: bytes, old: bytes, new: bytes) -> None:
    event = json.loads(LINES[0]) | {
        "type": "ingestion",
        "data": {
            "location": "bags/STRELSAU/2007/07STRELSAU1/v1",
            "seal": "0" * 64,
            **dict.fromkeys(("files", "bytes", "size"), 1),
            "cables": [{"identifier": "x", "source_sha256": "0" * 64, "text_sha256": "0" * 64}],
        },
    }
    line = json.dumps(event, separators=(",", ":")).encode().replace(b"1.1.0", version)
    put(tmp_path, FIRST, [line + b"\n"])
    assert told(tmp_path) == []
    put(tmp_path, FIRST, [line.replace(old, new) + b"\n"])
    assert {code for *_, code in told(tmp_path)} == {"event-invalid"}


def test_the_names_of_parts() -> None:
    assert is_log_file(Path(FIRST))
    for name in ("000000000001.jsonl", "01/000000000001.jsonl", "2026/1/000000000001.jsonl", "2026/01/1.jsonl", "."):
        assert not is_log_file(Path(name))


@pytest.mark.parametrize("length", [1, 100, (1 << 16) - 1, 1 << 16, (1 << 16) + 1, 1 << 20])
def test_the_last_line_of_the_file_before_is_found_whatever_its_length(tmp_path: Path, length: int) -> None:
    for before in (b"", b"x\n"):
        (tmp_path / "x").write_bytes(before + b"y" * length + b"\nunfinished")
        assert Chain.into(LogPart(2, tmp_path / "x", last=True), LARGEST) == Chain(None, sha256(b"y" * length))


def test_a_last_line_without_end_is_not_searched_for_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TAIL", 10)
    (tmp_path / "x").write_bytes(b"y" * 100_000)
    assert Chain.into(LogPart(2, tmp_path / "x", last=True), 100) == Chain()
    (tmp_path / "x").write_bytes(b"\n" + b"y" * 100_000 + b"\n")
    assert Chain.into(LogPart(2, tmp_path / "x", last=True), 100) == Chain()


def test_a_log_is_checked_in_the_memory_of_its_longest_line(log: Path) -> None:
    put(log, FIRST, LINES[:3])
    with measured_memory() as short:
        told(log)
    put(log, "2026/09/000000000010.jsonl", [LINES[8]] * 900)
    with measured_memory() as long:
        told(log)
    assert long.peak < short.peak + (4 << 20)


def test_a_line_of_64_mib_is_read_and_a_longer_one_is_not(log: Path) -> None:
    room = LARGEST - len(LINES[0])
    put(log, FIRST, [LINES[0].replace(b"All well.", b"All well." + b"." * room)])
    assert (log / FIRST).stat().st_size == LARGEST
    assert told(log / "2026/01") == []
    put(log, FIRST, [LINES[0].replace(b"All well.", b"All well." + b"." * (room + 1))])
    with pytest.raises(SourceError, match="larger than 64 MiB"):
        told(log / "2026/01")


def test_folders_nested_deeper_than_python_calls_are_walked(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").touch()
    deepest = str(tmp_path)
    for _ in range(1200):
        deepest += "/d"
        os.mkdir(deepest)  # noqa: PTH102 - pathlib and makedirs are as deep as Python calls
    try:
        assert [path for path, _ in walk_documents(tmp_path)] == [tmp_path / "x.jsonl"]
    finally:
        os.removedirs(deepest)  # as deep as pytest could not


def test_many_files_without_a_byte_are_listed_once(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(100, 150):
        put(log, f"2026/04/{number:012d}.jsonl", [])
    listed: list[Path] = []

    def list_parts(folder: Path) -> dict[Path, LogPart]:
        listed.append(folder)
        return {}

    monkeypatch.setattr(files, "log_parts", list_parts)
    list(walk_documents(log))
    assert listed == [log]
