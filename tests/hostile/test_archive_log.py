"""What a hostile hand can do to the event log, its checkpoint and its lock, and what the archive makes of it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from tests.archive.making import CLOCK, SOFTWARE, founded, put, put_one, reopened

from preserve.archive import LogReport
from preserve.archive.checkpoint import encode_checkpoint, read_checkpoint
from preserve.archive.eventlog import LogHead
from preserve.archive.events import LogEvent
from preserve.archive.lock import BusyError, hold_lock
from preserve.archive.model import Arrival
from preserve.archive.opening import rebuild_catalogue
from preserve.audit import due_bags
from preserve.errors import ArchiveError, ExitCode, LogError

FIRST_FILE = "events/2026/01/000000000001.jsonl"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An archive with the bags 07STRELSAU1 and 07STRELSAU2: an announcement, then their two lines."""
    with founded(tmp_path / "archive") as archive:
        put(archive, "07STRELSAU1", "07STRELSAU2")
    return tmp_path / "archive"


def labels(root: Path) -> list[str]:
    with reopened(root) as archive:
        return [stored.label for stored in archive.bags()]


def log_of(root: Path) -> Path:
    (path,) = root.glob("events/*/*/*.jsonl")
    return path


def change(root: Path, old: bytes, new: bytes) -> None:
    path = log_of(root)
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, 1))


def check(root: Path) -> LogReport:
    with reopened(root) as archive:
        return archive.check_log()


def rebuilt_codes(root: Path) -> list[str]:
    return sorted(each.code for each in rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE).findings)


def test_after_an_audit_has_found_a_changed_line_nobody_builds_on_it(root: Path) -> None:
    change(root, b"Stored as", b"FORGED as")
    report = check(root)
    assert (report.broken, [each.code for each in report.findings]) == (True, ["event-chain-broken"])
    with reopened(root) as archive, pytest.raises(LogError) as caught:
        put_one(archive, "07STRELSAU3")
    assert caught.value.exit_code is ExitCode.LOG
    assert b"07STRELSAU3" not in log_of(root).read_bytes()


def test_a_changed_line_is_not_told(root: Path) -> None:
    change(root, b'"detail":"Stored as bags/STRELSAU/2007/07STRELSAU2/v1."', b'"detail":"FORGED"')
    with reopened(root) as archive, pytest.raises(LogError):
        archive.find("07STRELSAU2")


def test_a_changed_line_is_passed_over_by_a_rebuild_and_its_bag_taken_in_for_what_it_is(root: Path) -> None:
    change(root, b'"identifier":"07STRELSAU1"', b'"identifier":"99FORGED9"')
    assert rebuilt_codes(root) == ["event-line-passed-over"]
    assert labels(root) == ["07STRELSAU1/v1", "07STRELSAU2/v1"]
    with reopened(root) as archive:
        (stored,) = archive.find("07STRELSAU1")
        (event,) = archive.events(stored)
        assert event.event.data.get("completed") is True
        put_one(archive, "07STRELSAU3")
    report = check(root)
    assert (report.broken, [each.code for each in report.findings]) == (False, ["event-line-passed-over"])
    assert rebuilt_codes(root) == []


def without_cables(line: dict[str, object]) -> dict[str, object]:
    data = line["data"]
    assert isinstance(data, dict)
    return line | {"data": {name: value for name, value in data.items() if name != "cables"}}


@pytest.mark.parametrize(
    "spoil",
    [
        without_cables,
        lambda line: line | {"data": {"location": "../../x"}},
        lambda line: line | {"seq": 17},
        lambda _: {},
        lambda line: line | {"version": 10**30},
    ],
    ids=["no-cables", "place-outside", "wrong-number", "no-line", "huge-version"],
)
def test_a_bad_last_line_is_mended_by_a_rebuild(
    root: Path, spoil: Callable[[dict[str, object]], dict[str, object]]
) -> None:
    """Programs of version 0.1.0 could be made to log such a line."""
    path = log_of(root)
    lines = path.read_bytes().splitlines()
    line = json.loads(lines[-1]) | {"seq": 4, "previous": sha256(lines[-1]).hexdigest(), "bag": "08ZENDA1"}
    path.write_bytes(b"\n".join([*lines, json.dumps(spoil(line)).encode(), b""]))
    (root / "catalogue.sqlite").unlink()
    with pytest.raises(LogError):
        reopened(root)
    assert set(rebuilt_codes(root)) == {"event-line-passed-over"}
    assert labels(root) == ["07STRELSAU1/v1", "07STRELSAU2/v1"]
    with reopened(root) as archive:
        put_one(archive, "07STRELSAU3")
    assert not check(root).broken


def test_a_line_that_is_passed_over_counts_only_as_it_was(root: Path) -> None:
    change(root, b"Stored as", b"FORGED as")
    rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
    change(root, b"FORGED as", b"REDONE as")
    assert check(root).broken


@pytest.mark.parametrize("name", [".checked.json", "catalogue.sqlite"])
def test_a_log_that_was_cut_is_found_out_by_the_catalogue_or_by_the_checkpoint(root: Path, name: str) -> None:
    path = log_of(root)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    (root / name).unlink()
    if name == "catalogue.sqlite":
        for _ in range(2):
            with pytest.raises(LogError, match="does not have line 3 as it was seen"):
                reopened(root)
        return
    assert "event-log-cut" in [each.code for each in check(root).findings]
    with reopened(root) as archive, pytest.raises(LogError, match="does not have line 3 as it was seen"):
        put_one(archive, "07STRELSAU3")


@pytest.mark.parametrize(
    "change_rows",
    [
        "UPDATE bag SET seal = replace(seal, 'a', 'b')",
        "UPDATE bag SET post = 'ZENDA'",
        "UPDATE cable SET subject = 'PLANTED'",
        "UPDATE bag SET last_checked = '2026-01-31T09:30:00Z', outcome = 'pass'",
        "DELETE FROM cable WHERE bag_id = 2; DELETE FROM bag WHERE id = 2",
        "DELETE FROM event WHERE seq = 2",
        "INSERT INTO event SELECT 99, name, version, type, file, offset, length, digest FROM event WHERE seq = 2",
    ],
    ids=["seal", "place", "subject", "check", "bag", "event", "more"],
)
def test_what_the_catalogue_alone_says_is_found_out_by_an_audit_and_made_again(root: Path, change_rows: str) -> None:
    with closing(sqlite3.connect(root / "catalogue.sqlite")) as catalogue:
        catalogue.executescript(change_rows)
    report = check(root)
    assert (report.broken, [each.code for each in report.findings]) == (False, ["catalogue-differs"])
    assert labels(root) == ["07STRELSAU1/v1", "07STRELSAU2/v1"]
    assert not check(root).findings
    assert "metadata modification" in log_of(root).read_text().splitlines()[-1]


@pytest.mark.parametrize("column", ["seal", "post", "form", "member_index", "files"])
def test_no_bag_is_opened_by_what_the_catalogue_alone_says(root: Path, column: str) -> None:
    value = {"seal": "0" * 64, "post": "ZENDA", "form": "tar", "member_index": "0" * 64, "files": 99}[column]
    with closing(sqlite3.connect(root / "catalogue.sqlite")) as catalogue, catalogue:
        catalogue.execute(f"UPDATE bag SET {column} = ?", [value])
    with reopened(root) as archive:
        with pytest.raises(LogError, match="says something else"):
            archive.find("07STRELSAU1")
        with pytest.raises(LogError, match="says something else"):
            list(due_bags(archive))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 100_000,
        "[]",
        '{"seq": true, "digest": 1, "file": 2, "end": 3}',
        '{"seq": 1e999, "digest": "", "file": "", "end": NaN}',
    ],
    ids=["empty", "nested", "list", "kinds", "infinite"],
)
def test_a_checkpoint_that_says_nothing_costs_one_whole_check(root: Path, text: str) -> None:
    (root / ".checked.json").write_text(text)
    with reopened(root) as archive:
        put_one(archive, "07STRELSAU3")
    assert read_checkpoint(root) is not None
    change(root, b"Stored as", b"FORGED as")
    (root / ".checked.json").write_text(text)
    with reopened(root) as archive, pytest.raises(LogError):
        put_one(archive, "07STRELSAU4")


@pytest.mark.parametrize(
    "place",
    [LogHead(3, "0" * 64, FIRST_FILE, 10), LogHead(99, "0" * 64, "events/2001/01/000000000099.jsonl", 10)],
    ids=["digest", "file"],
)
def test_a_checkpoint_that_the_log_does_not_hold_stops_the_writer(root: Path, place: LogHead) -> None:
    (root / ".checked.json").write_bytes(encode_checkpoint(place))
    with reopened(root) as archive, pytest.raises(LogError):
        put_one(archive, "07STRELSAU3")
    rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
    with reopened(root) as archive:
        put_one(archive, "07STRELSAU3")


def test_a_checkpoint_is_not_written_through_a_link(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    (root / ".checked.json").unlink()
    (root / ".checked.json").symlink_to(other)
    with reopened(root) as archive:
        put_one(archive, "07STRELSAU3")
    assert other.read_text() == "mine"
    assert read_checkpoint(root) is not None


@pytest.mark.parametrize("part", ["", "/2026", "/2026/01"], ids=["events", "year", "month"])
def test_the_log_is_not_read_through_a_link(root: Path, tmp_path: Path, part: str) -> None:
    folder = root / f"events{part}"
    folder.rename(tmp_path / "moved")
    folder.symlink_to(tmp_path / "moved")
    with pytest.raises(ArchiveError), reopened(root) as archive:
        put_one(archive, "07STRELSAU3")


def test_a_file_of_the_log_that_is_a_pipe_is_none(root: Path) -> None:
    path = log_of(root)
    path.unlink()
    os.mkfifo(path)
    with reopened(root) as archive, pytest.raises(LogError):
        put_one(archive, "07STRELSAU3")


def test_a_last_line_that_is_there_twice_is_a_fault(root: Path) -> None:
    """Its number is not above that of the catalogue, which was all that was looked at once."""
    with log_of(root).open("ab") as stream:
        stream.write(log_of(root).read_bytes().splitlines(keepends=True)[-1])
    assert check(root).broken
    with reopened(root) as archive, pytest.raises(LogError):
        put_one(archive, "07STRELSAU3")


def test_an_older_catalogue_and_a_line_with_its_number_hide_nothing(root: Path, tmp_path: Path) -> None:
    for name in ("catalogue.sqlite", ".checked.json"):
        shutil.copy(root / name, tmp_path / name)
    with reopened(root) as archive:
        path = put_one(archive, "07STRELSAU3").path
    shutil.rmtree(path)
    for name in ("catalogue.sqlite", ".checked.json"):
        shutil.copy(tmp_path / name, root / name)
    lines = log_of(root).read_bytes().splitlines(keepends=True)
    log_of(root).write_bytes(b"".join([*lines, lines[2]]))
    assert check(root).broken


def test_what_was_seen_of_a_log_is_not_forgotten_with_the_first_alarm(root: Path) -> None:
    path = log_of(root)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    (root / "catalogue.sqlite").unlink()
    with pytest.raises(LogError):
        reopened(root)
    with pytest.raises(LogError):
        reopened(root)


def test_an_audit_waits_for_a_writer_and_never_passes_without_looking(root: Path) -> None:
    with reopened(root) as archive, hold_lock(root, patience=0), pytest.raises(BusyError):
        archive.check_log()


def test_a_line_in_the_middle_is_not_vouched_for_by_the_catalogue(root: Path) -> None:
    """Line and row are changed together: only the line after it knows."""
    path = log_of(root)
    lines = path.read_bytes().splitlines()
    forged = lines[1].replace(b'"files":2', b'"files":3')
    assert forged != lines[1]
    path.write_bytes(b"\n".join([lines[0], forged, *lines[2:], b""]))
    digest = sha256(forged).digest()
    with closing(sqlite3.connect(root / "catalogue.sqlite")) as catalogue, catalogue:
        catalogue.execute("UPDATE event SET digest = ? WHERE seq = 2", [digest])
        catalogue.execute("UPDATE bag SET files = 3 WHERE id = 2")
    with reopened(root) as archive, pytest.raises(LogError, match="was changed after the line that follows"):
        archive.find("07STRELSAU1")


def test_a_line_is_not_read_from_a_folder_that_is_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    shutil.copy(log_of(root), tmp_path / "elsewhere")
    (root / "events/9999").mkdir()
    (root / "events/9999/01").symlink_to(tmp_path / "elsewhere")
    with closing(sqlite3.connect(root / "catalogue.sqlite")) as catalogue, catalogue:
        catalogue.execute("UPDATE event SET file = replace(file, '2026/01', '9999/01')")
    with reopened(root) as archive, pytest.raises(ArchiveError):
        archive.find("07STRELSAU1")


def test_the_word_unchanged_is_confirmed_by_the_log(root: Path) -> None:
    other = sha256(b"another page").hexdigest()
    with closing(sqlite3.connect(root / "catalogue.sqlite")) as catalogue, catalogue:
        catalogue.execute("UPDATE bag SET source_key = ? WHERE name = '07STRELSAU1'", [other])
    with reopened(root) as archive, pytest.raises(LogError, match="says something else"):
        put_one(archive, "07STRELSAU1", source=b"another page")


def test_a_line_that_was_passed_over_excuses_no_later_cut(root: Path) -> None:
    with reopened(root) as archive:
        put_one(archive, "07STRELSAU3")
    change(root, b'"07STRELSAU2"', b'"07STRELSAU9"')
    rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
    lines = log_of(root).read_bytes().splitlines(keepends=True)
    log_of(root).write_bytes(b"".join([*lines[:3], *lines[4:]]))
    assert check(root).broken


@pytest.mark.parametrize(
    "named",
    ["x", [1], [{"file": [], "offset": {}, "digest": None}], [{}], [{"file": "x", "offset": 1, "digest": [[]]}]],
    ids=["text", "number", "lists", "empty", "nested"],
)
def test_a_note_of_other_hands_is_read_with_care(root: Path, named: object) -> None:
    lines = log_of(root).read_bytes().splitlines()
    bad = b"x"
    first = json.loads(lines[0])
    data = {"passed_over": named}
    note = first | {"type": "metadata modification", "seq": 5, "previous": sha256(bad).hexdigest(), "data": data}
    log_of(root).write_bytes(b"\n".join([*lines, bad, json.dumps(note).encode(), b""]))
    assert check(root).broken


def test_a_number_that_leaps_beyond_all_lines_is_none(root: Path) -> None:
    lines = log_of(root).read_bytes().splitlines()
    last = json.loads(lines[-1]) | {"seq": (1 << 63) - 1, "previous": "0" * 64}
    log_of(root).write_bytes(b"\n".join([*lines, json.dumps(last).encode(), b""]))
    rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
    with reopened(root) as archive:
        put_one(archive, "07STRELSAU3")
    assert not check(root).broken


def test_an_end_of_gigabytes_without_a_line_is_not_copied(root: Path) -> None:
    with log_of(root).open("r+b") as stream:
        stream.truncate(1 << 40)
    with reopened(root) as archive, pytest.raises(LogError, match="more than"):
        put_one(archive, "07STRELSAU3")
    assert not list(root.glob("events/*/*/*.unfinished-*"))


def test_an_empty_file_of_a_later_number_hides_no_unfinished_line(root: Path) -> None:
    with log_of(root).open("ab") as stream:
        stream.write(b'{"seq":')
    (root / "events/2026/02").mkdir()
    (root / "events/2026/02/000000000099.jsonl").touch()
    with reopened(root) as archive:
        put_one(archive, "07STRELSAU3")
    assert not check(root).broken


def test_bytes_without_a_line_feed_before_another_file_are_a_fault(root: Path) -> None:
    with reopened(root) as archive:
        archive.log([LogEvent(type="metadata modification", at="2026-02-01T00:00:00Z", detail="A note.")])
    first, _second = sorted(root.glob("events/*/*/*.jsonl"))
    with first.open("ab") as stream:
        stream.write(b"hidden")
    assert check(root).broken


def test_the_mark_of_a_broken_log_is_not_written_through_a_link(root: Path, tmp_path: Path) -> None:
    (root / ".check-log").symlink_to(tmp_path / "other")
    change(root, b"Stored as", b"FORGED as")
    with reopened(root) as archive, pytest.raises(ArchiveError, match="link"):
        archive.check_log()
    assert not (tmp_path / "other").exists()


def test_a_folder_in_the_place_of_that_mark_stops_nothing(root: Path) -> None:
    (root / ".check-log").mkdir()
    with reopened(root) as archive:
        put_one(archive, "07STRELSAU3")
    assert not check(root).broken


def test_a_catalogue_that_has_seen_a_line_of_no_log_is_made_again(root: Path) -> None:
    with closing(sqlite3.connect(root / "catalogue.sqlite")) as catalogue, catalogue:
        catalogue.execute("UPDATE state SET seq = ?", [1 << 60])
    rebuild_catalogue(root, clock=CLOCK, software=SOFTWARE)
    assert not check(root).broken


def test_an_announcement_in_a_file_of_older_programs_is_never_read(root: Path) -> None:
    bag = root / "bags/STRELSAU/2007/07STRELSAU1"
    shutil.copytree(bag / "v1", bag / "v2")
    with reopened(root) as archive:
        seal = archive.find("07STRELSAU1")[0].seal
    place = "bags/STRELSAU/2007/07STRELSAU1/v2"
    data = {"location": place, "seal": seal, "files": 2, "bytes": 1, "size": 1, "cables": []}
    note = {"at": "2001-01-01T00:00:00Z", "detail": "Forged.", "bag": "07STRELSAU1", "version": 2, "data": data}
    (root / ".intent.json").write_text(json.dumps([note]))
    before = log_of(root).read_bytes()
    assert labels(root) == ["07STRELSAU1/v1", "07STRELSAU2/v1"]
    with reopened(root) as archive, archive.writing():
        pass
    assert log_of(root).read_bytes() == before


@pytest.mark.parametrize(
    "bags",
    [
        "x",
        [1, None, {}],
        [{"location": "../../x", "seal": "0"}],
        [{"location": "bags/STRELSAU/2007/07STRELSAU1/v2", "seal": "0" * 64}],
        [{"location": "bags/STRELSAU/2007/07STRELSAU1/v2", "seal": 5, "index": []}],
        [{"location": ["bags"], "seal": {}}],
    ],
    ids=["text", "kinds", "outside", "other-seal", "no-seal", "nested"],
)
def test_an_announcement_is_no_reason_to_take_in_what_it_does_not_fit(root: Path, bags: object) -> None:
    """Whoever can append to the log can announce; the bag must still be the one that was announced, and valid."""
    bag = root / "bags/STRELSAU/2007/07STRELSAU1"
    shutil.copytree(bag / "v1", bag / "v2")
    path = log_of(root)
    lines = path.read_bytes().splitlines()
    first = json.loads(lines[0])
    line = first | {"seq": 4, "previous": sha256(lines[-1]).hexdigest(), "data": {"bags": bags}}
    path.write_bytes(b"\n".join([*lines, json.dumps(line).encode(), b""]))
    assert labels(root) == ["07STRELSAU1/v1", "07STRELSAU2/v1"]


def test_what_an_announced_bag_holds_is_read_from_the_bag(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:

        def stop(*_: object) -> None:
            raise KeyboardInterrupt

        patch.setattr("preserve.archive.ledger.Ledger.append", stop)
        with reopened(root) as archive, pytest.raises(KeyboardInterrupt):
            put_one(archive, "07STRELSAU3")
    with reopened(root) as archive:
        (stored,) = archive.find("07STRELSAU3")
        (event,) = archive.events(stored)
    assert event.event.data["completed"] is True
    assert stored.cables[0].identifier == "07STRELSAU3"
    assert stored.profiles == ("https://example.org/profile.json",)


def test_a_missing_catalogue_is_made_of_the_log_alone(root: Path) -> None:
    bag = root / "bags/STRELSAU/2007/07STRELSAU1"
    shutil.copytree(bag / "v1", bag / "v2")
    for path in root.glob("catalogue.sqlite*"):
        path.unlink()
    before = log_of(root).read_bytes()
    assert labels(root) == ["07STRELSAU1/v1", "07STRELSAU2/v1"]
    assert log_of(root).read_bytes() == before


def test_removing_the_file_of_the_lock_lets_no_second_writer_in(root: Path) -> None:
    with reopened(root) as archive, archive.writing():
        (root / ".writing").unlink()
        with pytest.raises(BusyError), hold_lock(root, patience=0):
            pass
    with hold_lock(root, patience=0):
        pass


def test_what_the_lock_says_of_its_holder_cannot_act(root: Path) -> None:
    with hold_lock(root, patience=0):
        (root / ".writing").write_text("\x1b[2J\nstored  x")
        with pytest.raises(BusyError, match=r"^another process is writing"), hold_lock(root, patience=0):
            pass


def test_the_line_of_another_writer_is_not_written_over(root: Path) -> None:
    with reopened(root) as archive, archive.writing():
        put_one(archive, "07STRELSAU3")
        with log_of(root).open("ab") as stream:
            stream.write(b"another writer\n")
        with pytest.raises(LogError, match="does not end where this writer left it"):
            put_one(archive, "07STRELSAU4")
    assert b"another writer\n" in log_of(root).read_bytes()


def test_the_newest_is_the_highest_version_whatever_the_clocks_said(tmp_path: Path) -> None:
    from preserve.archive.opening import initialise
    from preserve.clock import Clock

    root = tmp_path / "archive"
    with founded(root) as archive:
        put_one(archive, "07STRELSAU1")
    early = Clock(CLOCK.now().replace(year=2001))
    with initialise(root, early, SOFTWARE) as archive:
        assert put_one(archive, "07STRELSAU1", source=b"changed").version == 2
    with reopened(root) as archive:
        assert [each.version for each in archive.find("07STRELSAU1")] == [1, 2]
        newest = archive.latest("07STRELSAU1")
        assert newest is not None
        assert newest.version == 2
        assert put(archive, "07STRELSAU1", source=b"changed")[0].arrival is Arrival.UNCHANGED


def test_a_bag_is_not_looked_for_behind_a_linked_shelf(root: Path, tmp_path: Path) -> None:
    shelf = root / "bags/STRELSAU"
    shelf.rename(tmp_path / "shelf")
    shelf.symlink_to(tmp_path / "shelf")
    with reopened(root) as archive:
        (stored,) = archive.find("07STRELSAU1")
        assert stored.describe_absence() == "bags/STRELSAU is no folder"
