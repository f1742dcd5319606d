from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from tests.archive.making import AT, SOFTWARE

from preserve.archive import eventlog
from preserve.archive.eventlog import EventLog, LogCheck, LogHead
from preserve.archive.events import GENESIS, LogEvent
from preserve.contracts.contract import contract_bytes
from preserve.digests import sha256
from preserve.errors import ArchiveError
from preserve.provenance.vocabulary import EventType

LINES = 6


def happening(number: int, at: str = AT) -> LogEvent:
    return LogEvent(
        type=EventType.FIXITY_CHECK.label,
        at=at,
        detail=f"Check {number}.",
        bag=f"07STRELSAU{number}",
        version=1,
        data={"depth": "full", "present": True, "files": 1, "bytes": number},
    )


def a_log(root: Path, lines: int = LINES) -> EventLog:
    (root / "events").mkdir(exist_ok=True)
    log = EventLog(root, SOFTWARE)
    log.append([happening(number) for number in range(lines)])
    return log


def the_file(root: Path) -> Path:
    (path,) = (root / "events").rglob("*.jsonl")
    return path


def codes(log: EventLog, known: LogHead | None = None) -> list[str]:
    check = LogCheck()
    for _ in log.read(check=check):
        pass
    cut = [] if known is None or log.holds(known) else [eventlog.log_cut(known)]
    return sorted(finding.code for finding in [*log.findings(check), *cut])


def test_events_are_read_back_in_order_and_chained(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    log.append([happening(99)])
    events = list(EventLog(tmp_path, SOFTWARE).read())
    assert [event.seq for event in events] == list(range(1, LINES + 2))
    assert [event.event for event in events] == [happening(number) for number in [*range(LINES), 99]]
    lines = the_file(tmp_path).read_bytes().splitlines()
    assert events[0].previous == GENESIS
    assert [event.previous for event in events[1:]] == [sha256(line) for line in lines[:-1]]
    assert len({event.identifier for event in events}) == len(events)
    assert [log.event_at(event.position, event.seq, event.digest) for event in events] == events
    assert codes(log) == []


def test_each_line_meets_the_schema(tmp_path: Path) -> None:
    a_log(tmp_path)
    schema = jsonschema.Draft202012Validator(json.loads(contract_bytes("event-1.1.0.schema.json")))
    for line in the_file(tmp_path).read_bytes().splitlines():
        schema.validate(json.loads(line))


def test_the_schema_refuses_what_the_specification_refuses(tmp_path: Path) -> None:
    a_log(tmp_path)
    schema = jsonschema.Draft202012Validator(json.loads(contract_bytes("event-1.1.0.schema.json")))
    good = json.loads(the_file(tmp_path).read_bytes().splitlines()[0])
    changes: list[dict[str, object]] = [
        {"seq": 0},
        {"outcome": "maybe"},
        {"x": 1},
        {"at": "2026-01-31"},
        {"data": {}},
        {"previous": "0"},
    ]
    for change in changes:
        assert not schema.is_valid(good | change), change
    del good["bag"]
    assert not schema.is_valid(good)


def test_every_property_of_the_schema_has_title_description_and_examples_that_are_valid() -> None:
    schema = json.loads(contract_bytes("event-1.1.0.schema.json"))
    seen = 0

    def visit(node: object) -> None:
        nonlocal seen
        if not isinstance(node, dict) or not node:
            return
        for name, child in node.get("properties", {}).items():
            if ("const" in child and len(child) == 1) or (name == "data" and "title" not in child):
                continue  # A condition, not the definition of a property.
            assert child.keys() >= {"title", "description", "examples"}, name
            for example in child["examples"]:
                jsonschema.Draft202012Validator(child | {"$defs": schema["$defs"]}).validate(example)
                seen += 1
            visit(child)
        for key in ("items", "then"):
            visit(node.get(key, {}))
        for child in (*node.get("$defs", {}).values(), *node.get("allOf", [])):
            visit(child)

    visit(schema)
    assert seen > 50


def test_a_new_month_makes_a_new_file_and_the_order_is_that_of_the_numbers(tmp_path: Path) -> None:
    log = a_log(tmp_path, 2)
    # A clock that goes back, as SOURCE_DATE_EPOCH does.
    log.append([happening(2, at="2020-05-01T00:00:00Z")])
    log.append([happening(3)])
    assert log.files() == [
        "events/2026/01/000000000001.jsonl",
        "events/2020/05/000000000003.jsonl",
        "events/2026/01/000000000004.jsonl",
    ]
    fresh = EventLog(tmp_path, SOFTWARE)
    assert [event.seq for event in fresh.read()] == [1, 2, 3, 4]
    assert fresh.head().seq == 4
    assert codes(fresh) == []


def test_a_file_that_has_grown_is_followed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eventlog, "FILE_LIMIT", 100)
    log = a_log(tmp_path, 1)
    log.append([happening(1)])
    assert len(log.files()) == 2
    assert codes(log) == []


def test_reading_can_begin_after_any_line(tmp_path: Path) -> None:
    log = a_log(tmp_path, 3)
    log.append([happening(3, at="2026-02-01T00:00:00Z")])
    events = list(log.read())
    for index, event in enumerate(events):
        after = LogHead(event.seq, event.digest, event.position.file, event.position.end)
        assert list(log.read(after)) == events[index + 1 :]


def test_what_cannot_be_written_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = a_log(tmp_path, 1)
    before = the_file(tmp_path).read_bytes()

    def full(descriptor: int, data: bytes) -> None:
        os.write(descriptor, data[:20])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(eventlog, "write_all", full)
        with pytest.raises(ArchiveError, match="the disk is full"):
            log.append([happening(1)])
    assert the_file(tmp_path).read_bytes() == before
    log.append([happening(1)])
    assert codes(log) == []


# A last line that a crash left unfinished


@pytest.mark.parametrize("cut", [1, 2, 50])
def test_an_unfinished_last_line_is_passed_over_reported_and_set_aside(tmp_path: Path, cut: int) -> None:
    a_log(tmp_path)
    path = the_file(tmp_path)
    whole = path.read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    path.write_bytes(whole[:-cut])
    log = EventLog(tmp_path, SOFTWARE)
    assert [event.seq for event in log.read()] == list(range(1, LINES))
    assert log.head().seq == LINES - 1
    assert codes(log) == ["event-line-unfinished"]
    aside = log.mend()
    assert aside is not None
    assert (tmp_path / aside).read_bytes() == last[:-cut]
    assert path.read_bytes() == whole[: -len(last)]
    assert log.mend() is None
    log.append([happening(7)])
    assert codes(log) == []
    assert log.head().seq == LINES


def test_a_log_that_is_nothing_but_an_unfinished_line_is_mended(tmp_path: Path) -> None:
    a_log(tmp_path, 1)
    the_file(tmp_path).write_bytes(b'{"seq":')
    log = EventLog(tmp_path, SOFTWARE)
    assert log.mend() is not None
    assert log.head() == LogHead()
    log.append([happening(1)])
    assert [event.seq for event in log.read()] == [1]


# Tampering


def edit(line: int, change: Callable[[bytes], bytes]) -> Callable[[list[bytes]], list[bytes]]:
    return lambda lines: [change(each) if at == line else each for at, each in enumerate(lines)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (edit(2, lambda line: line.replace(b"Check 2", b"Check X")), ["event-chain-broken"]),
        (
            edit(2, lambda line: line.replace(b'"seq":3', b'"seq":4')),
            ["event-chain-broken", "event-sequence-broken"],
        ),
        (edit(2, lambda _: b"{}"), ["event-chain-broken", "event-line-malformed"]),
        (edit(2, lambda _: b"\x00\xff"), ["event-chain-broken", "event-line-malformed"]),
        (edit(2, lambda _: b"[" * 100_000), ["event-chain-broken", "event-line-malformed"]),
        (edit(2, lambda line: line[:-1] + b', "seq": "3"}'), ["event-chain-broken", "event-line-malformed"]),
        (lambda lines: lines[:2] + lines[3:], ["event-chain-broken", "event-sequence-broken"]),
        (lambda lines: lines[1:], ["event-chain-broken", "event-sequence-broken"]),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], ["event-chain-broken", *["event-sequence-broken"]]),
        (lambda lines: [lines[1], lines[0], *lines[2:]], [*["event-chain-broken"] * 3, *["event-sequence-broken"] * 3]),
    ],
)
def test_a_change_of_any_line_but_the_last_shows(
    tmp_path: Path, change: Callable[[list[bytes]], list[bytes]], expected: list[str]
) -> None:
    log = a_log(tmp_path)
    path = the_file(tmp_path)
    path.write_bytes(b"".join(line + b"\n" for line in change(path.read_bytes().splitlines())))
    assert codes(log) == sorted(expected)
    with pytest.raises(ArchiveError):
        list(log.read())


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[:-1],
        lambda _: [],
        edit(LINES - 1, lambda line: line.replace(b"Check", b"Shack")),
    ],
)
def test_a_change_of_the_end_shows_against_a_digest_kept_elsewhere(
    tmp_path: Path, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    log = a_log(tmp_path)
    known = log.head()
    assert codes(log, known) == []
    path = the_file(tmp_path)
    path.write_bytes(b"".join(line + b"\n" for line in change(path.read_bytes().splitlines())))
    assert codes(log) == []
    assert codes(log, known) == ["event-log-cut"]


def test_a_lost_file_in_the_middle_shows(tmp_path: Path) -> None:
    log = a_log(tmp_path, 2)
    log.append([happening(2, at="2026-02-01T00:00:00Z")])
    log.append([happening(3, at="2026-03-01T00:00:00Z")])
    (tmp_path / log.files()[1]).unlink()
    assert codes(log) == ["event-chain-broken", "event-sequence-broken"]


def test_a_line_that_never_ends_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = a_log(tmp_path, 1)
    with the_file(tmp_path).open("ab") as stream:
        stream.write(b"x" * 5000 + b"\n")
    monkeypatch.setattr(eventlog, "LINE_LIMIT", 1000)
    with pytest.raises(ArchiveError, match="more than 1000 bytes"):
        list(log.read())
