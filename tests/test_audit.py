from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.archive.making import AT, SOFTWARE, archive_at, put, put_one

from preserve import audit
from preserve.archive.events import EventOutcome, LoggedEvent
from preserve.archive.model import StoredBag
from preserve.archive.opening import open_archive
from preserve.archive.vault import Archive
from preserve.bag.model import Form
from preserve.bag.writing.tagfiles import format_manifest
from preserve.clock import Clock
from preserve.digests import digest_bytes

LATER = "2026-06-30T00:00:00Z"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "archive"


@pytest.fixture
def archive(root: Path) -> Iterator[Archive]:
    with archive_at(root) as made:
        yield made


def check(stored: StoredBag) -> audit.AuditResult:
    return audit.check_bag(audit.make_task(stored))


def later(root: Path) -> Archive:
    return open_archive(root, clock=Clock(datetime(2026, 6, 30, tzinfo=UTC)), software=SOFTWARE)


def last_event(archive: Archive, stored: StoredBag) -> LoggedEvent:
    return list(archive.events(stored))[-1]


@pytest.mark.parametrize("form", Form)
def test_an_intact_bag_passes(archive: Archive, form: Form) -> None:
    result = check(put_one(archive, "07STRELSAU1", form=form))
    assert (result.outcome, result.present, result.found, result.files) == (EventOutcome.SUCCESS, True, 0, 2)


def rewrite(bag: Path) -> None:
    """Change a payload file and both manifests, so that BagIt alone finds nothing wrong."""
    path = next((bag / "data/source").iterdir())
    path.write_bytes(path.read_bytes().swapcase())
    manifest = bag / "manifest-sha512.txt"
    digests = [(each.relative_to(bag).as_posix(), digest_bytes(each.read_bytes(), ["sha512"])["sha512"])
               for each in sorted((bag / "data").rglob("*")) if each.is_file()]  # fmt: skip
    manifest.write_bytes(format_manifest(digests))
    tags = [(name, digest_bytes((bag / name).read_bytes(), ["sha512"])["sha512"])
            for name in ("bag-info.txt", "bagit.txt", "manifest-sha512.txt")]  # fmt: skip
    (bag / "tagmanifest-sha512.txt").write_bytes(format_manifest(tags))


def replace_by_file(bag: Path) -> None:
    shutil.rmtree(bag)
    bag.touch()


def a_source(bag: Path) -> Path:
    return next((bag / "data/source").iterdir())


DAMAGES: list[tuple[str, Callable[[Path], object], set[str]]] = [
    ("altered", lambda bag: a_source(bag).write_bytes(b"cable 07STRELSAU9\n"), {"payload-altered"}),
    ("removed", lambda bag: a_source(bag).unlink(), {"payload-missing", "oxum-differs"}),
    ("added", lambda bag: (bag / "data/extra").touch(), {"payload-unlisted", "oxum-differs"}),
    ("rewritten", rewrite, {"seal-differs"}),
]


@pytest.mark.parametrize(("damage", "expected"), [each[1:] for each in DAMAGES], ids=[each[0] for each in DAMAGES])
def test_damage_fails_and_is_logged_with_its_files(
    archive: Archive, damage: Callable[[Path], object], expected: set[str]
) -> None:
    stored = put_one(archive, "07STRELSAU1")
    damage(stored.path)
    result = check(stored)
    assert (result.outcome, result.present) == (EventOutcome.FAIL, True)
    assert {finding.code for finding in result.findings if finding.severity == "error"} == expected
    audit.record_checks(archive, [result])
    event = last_event(archive, stored).event
    assert (event.type, event.outcome, event.at) == ("fixity check", "fail", AT)
    logged = event.data["findings"]
    assert isinstance(logged, list)
    assert {each["code"] for each in logged} == {each.code for each in result.findings}
    assert event.data["found"] == len(logged)


@pytest.mark.parametrize(
    "replaced",
    [shutil.rmtree, replace_by_file, lambda path: path.rename(path.with_name("v9"))],
    ids=["removed", "a file", "moved"],
)
def test_a_bag_that_is_not_at_its_place_is_missing(archive: Archive, replaced: Callable[[Path], object]) -> None:
    stored = put_one(archive, "07STRELSAU1")
    replaced(stored.path)
    result = check(stored)
    assert (result.outcome, result.present) == (EventOutcome.FAIL, False)
    assert [finding.code for finding in result.findings] == ["bag-missing"]


def test_a_link_in_place_of_a_bag_is_not_followed(archive: Archive) -> None:
    stored = put_one(archive, "07STRELSAU1")
    moved = stored.path.rename(archive.root.parent / "elsewhere")
    stored.path.symlink_to(moved)
    assert [finding.code for finding in check(stored).findings] == ["bag-missing"]


def test_an_input_output_error_is_unknown_not_lost(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = put_one(archive, "07STRELSAU1")

    def failing(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(audit, "verify", failing)
    result = check(stored)
    assert result.outcome is EventOutcome.UNKNOWN
    audit.record_checks(archive, [result])
    (again,) = archive.find("07STRELSAU1")
    assert (again.outcome, again.last_checked, again.last_ok) == ("unknown", AT, None)


def test_a_tar_that_may_not_be_read_is_unknown_not_lost(
    archive: Archive, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    one = audit.make_task(put_one(archive, "07STRELSAU1", form=Form.TAR))
    one.path.chmod(0)
    for folder in one.path.parents:
        if folder.stat().st_uid == os.geteuid() and folder != folder.parent and not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o055)
    with unprivileged():
        result = audit.check_bag(one)
    assert result.outcome is EventOutcome.UNKNOWN
    assert [finding.code for finding in result.findings] == ["bag-unreadable"]


def test_a_bag_with_very_many_findings_gives_a_small_result(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "FINDINGS_LIMIT", 3)
    stored = put_one(archive, "07STRELSAU1")
    for number in range(9):
        (stored.path / f"data/extra{number}").touch()
    result = check(stored)
    assert len(result.findings) == 3
    assert result.found >= 9


def test_tasks_and_results_travel_between_processes(archive: Archive) -> None:
    task = audit.make_task(put_one(archive, "07STRELSAU1"))
    assert pickle.loads(pickle.dumps(task)) == task
    result = audit.check_bag(task)
    assert pickle.loads(pickle.dumps(result)) == result
    assert pickle.loads(pickle.dumps(audit.check_bag)) is audit.check_bag


def test_the_catalogue_keeps_the_last_check_and_the_last_pass(root: Path, archive: Archive) -> None:
    stored = put_one(archive, "07STRELSAU1")
    audit.record_checks(archive, [check(stored)])
    (passed,) = archive.find("07STRELSAU1")
    assert (passed.outcome, passed.last_checked, passed.last_ok, passed.last_seen) == ("pass", AT, AT, AT)
    a_source(stored.path).write_bytes(b"x")
    with later(root) as again:
        audit.record_checks(again, [check(stored)])
        (failed,) = again.find("07STRELSAU1")
        assert (failed.outcome, failed.last_checked, failed.last_ok, failed.last_seen) == ("fail", LATER, AT, LATER)
        shutil.rmtree(stored.path)
    with open_archive(root, clock=Clock(datetime(2027, 1, 1, tzinfo=UTC)), software=SOFTWARE) as last:
        audit.record_checks(last, [check(stored)])
        assert last.find("07STRELSAU1")[0].last_seen == LATER
        before = list(last.dump())
        last.rebuild()
        assert list(last.dump()) == before


def test_what_was_never_checked_is_due_first_then_the_oldest(root: Path, archive: Archive) -> None:
    put(archive, "07STRELSAU1", "07STRELSAU2")
    tasks = {task.name: task for task in audit.due_bags(archive)}
    audit.record_checks(archive, [audit.check_bag(tasks["07STRELSAU1"])])
    put(archive, "07STRELSAU3")
    assert [task.name for task in audit.due_bags(archive)] == ["07STRELSAU2", "07STRELSAU3", "07STRELSAU1"]
    with later(root) as again:
        audit.record_checks(again, [audit.check_bag(tasks["07STRELSAU2"])])
        assert [task.name for task in audit.due_bags(again)] == ["07STRELSAU3", "07STRELSAU1", "07STRELSAU2"]


def test_recording_while_listing_what_is_due_checks_each_bag_once(archive: Archive) -> None:
    put(archive, *(f"07STRELSAU{number}" for number in range(5)))
    seen = []
    for task in audit.due_bags(archive):
        seen.append(task.name)
        audit.record_checks(archive, [audit.check_bag(task)])
    assert sorted(seen) == sorted(set(seen)) == [f"07STRELSAU{number}" for number in range(5)]


def test_the_sweeps_say_what_is_missing_unknown_and_stray(root: Path, archive: Archive) -> None:
    put(archive, *(f"07STRELSAU{number}" for number in range(4)))
    assert list(audit.sweep_archive(archive)) == []
    (missing,) = archive.find("07STRELSAU1")
    missing.path.rename(missing.path.with_name("v7"))
    (root / "bags/notes").touch()
    assert sorted((finding.code, finding.where) for finding in audit.sweep_archive(archive)) == [
        ("archive-stray", "bags/notes"),
        ("bag-missing", "bags/STRELSAU/2007/07STRELSAU1/v1"),
        ("bag-unknown", "bags/STRELSAU/2007/07STRELSAU1/v7"),
    ]


def test_an_event_that_names_no_bag_of_the_archive_changes_no_row(archive: Archive) -> None:
    stored = put_one(archive, "07STRELSAU1")
    result = check(stored)
    moved = audit.AuditResult(
        name="other", version=1, location="x", outcome=result.outcome, present=True, depth=result.depth
    )
    audit.record_checks(archive, [moved])
    assert archive.find("07STRELSAU1") == [stored]
