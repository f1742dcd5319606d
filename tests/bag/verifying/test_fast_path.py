"""The straight pass over plain bags: it gives the report that the careful look gives, or none."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from tests.bag.archives import ARCHIVES
from tests.bag.conftest import without_rights
from tests.bag.fixtures import FIXTURES, Fixture, bag, pack
from tests.bag.making import write_bag
from tests.bag.tars import TARS

from preserve.bag.limits import Limits
from preserve.bag.model import BagPath, BagReport, Depth, Form, NewBag, PayloadFile
from preserve.bag.verifying import fast_path
from preserve.bag.verifying.fast_path import verify_fast
from preserve.bag.verifying.verification import verify, verify_by_checks
from preserve.errors import BagError

DEPTHS = (Depth.FULL, Depth.COMPLETE)
FILES = tuple(PayloadFile(BagPath(f"{name}/05STRELSAU1"), name.encode() * 9) for name in ("source", "record", "tei"))


def both(root: Path, depth: Depth) -> tuple[BagReport | None, BagReport | None]:
    straight = verify_fast(root, depth)
    try:
        return straight, verify_by_checks(root, depth=depth)
    except BagError:
        return straight, None


@pytest.mark.long("fixture")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda each: each.name)
def test_there_is_no_report_or_the_careful_one(fixture: Fixture, depth: Depth, open_place: Path) -> None:
    root = open_place / "bag"
    fixture.build(root)
    with without_rights() if fixture.as_nobody else nullcontext():
        straight, careful = both(root, depth)
    assert straight in {None, careful}
    if careful is None or careful.findings:
        assert straight is None


@pytest.mark.parametrize("version", ["1.0", "0.97"])
@pytest.mark.parametrize("algorithms", [("sha512",), ("sha256", "sha512"), ("sha384", "sha224")])
@pytest.mark.parametrize("depth", DEPTHS)
def test_a_common_bag_is_plain(version: str, algorithms: tuple[str, ...], depth: Depth, tmp_path: Path) -> None:
    bag(tmp_path / "bag", version=version, algorithms=algorithms, info="Payload-Oxum: 26.2\nAccess: restricted\n")
    straight, careful = both(tmp_path / "bag", depth)
    assert straight is not None
    assert straight == careful


def test_a_bag_of_ours_is_plain_and_damage_of_any_octet_makes_it_not(tmp_path: Path) -> None:
    root = write_bag(NewBag("bag", FILES, (("Access", "restricted"),)), tmp_path).path
    straight, careful = both(root, Depth.FULL)
    assert straight is not None
    assert straight == careful
    for path in sorted(each for each in root.rglob("*") if each.is_file()):
        octets = path.read_bytes()
        for at in range(len(octets)):
            path.write_bytes(octets[:at] + bytes((octets[at] ^ 1,)) + octets[at + 1 :])
            straight, careful = both(root, Depth.FULL)
            # A tag manifest is listed nowhere: what differs there may still be right, as a digest in capitals is.
            assert straight in {None, careful}, (path, at)
            assert straight is None or path.name.startswith("tagmanifest-"), (path, at)
        path.write_bytes(octets)


@pytest.mark.long("case")
@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize(
    "case", [*TARS, *((name, codes, build) for name, _, codes, build in ARCHIVES)], ids=lambda case: case[0]
)
def test_of_a_tar_there_is_no_report_or_the_careful_one(
    case: tuple[str, object, object], depth: Depth, tmp_path: Path
) -> None:
    build = case[2]
    assert callable(build)
    (tmp_path / "bag.tar").write_bytes(build(tmp_path / "bag"))
    straight, careful = both(tmp_path / "bag.tar", depth)
    assert straight in {None, careful}
    if careful is None or careful.findings:
        assert straight is None


def test_a_tar_of_ours_is_plain_and_damage_of_any_octet_makes_it_not(tmp_path: Path) -> None:
    path = write_bag(NewBag("bag", FILES, (("Access", "restricted"),)), tmp_path, form=Form.TAR).path
    straight, careful = both(path, Depth.FULL)
    assert straight is not None
    assert straight == careful
    octets = path.read_bytes()
    sealed = straight.seal
    for at in range(0, len(octets), 3):
        path.write_bytes(octets[:at] + bytes((octets[at] ^ 1,)) + octets[at + 1 :])
        straight = verify_fast(path, Depth.FULL)
        # What differs and is no damage: the octets that fill the last block of a file, and the tag manifest.
        assert straight is None or straight == verify_by_checks(path, depth=Depth.FULL), at
        assert straight is None or not octets[at] or straight.seal != sealed, at


@pytest.mark.parametrize("change", ["renamed", "cut", "longer", "an index beside it", "packed by another"])
def test_an_uncommon_tar_is_left_to_the_careful_look(change: str, tmp_path: Path) -> None:
    root = write_bag(NewBag("bag", FILES), tmp_path).path
    path = write_bag(NewBag("bag", FILES), tmp_path, form=Form.TAR).path
    assert verify_fast(path, Depth.COMPLETE) is not None
    if change == "renamed":
        path = path.rename(tmp_path / "other.tar")
    elif change == "cut":
        path.write_bytes(path.read_bytes()[:-512])
    elif change == "longer":
        path.write_bytes(path.read_bytes() + bytes(512))
    elif change == "an index beside it":
        (tmp_path / "bag.tar.index.csv").write_bytes(b"")
    else:
        path = pack(root)
    assert verify_fast(path, Depth.COMPLETE) is None


def _uncommon(root: Path) -> dict[str, Callable[[], object]]:
    return {
        "a file more": lambda: (root / "data/source/more").write_bytes(b""),
        "a tag file more": lambda: (root / "more.txt").write_bytes(b""),
        "a file less": (root / "data/source/05STRELSAU1").unlink,
        "an empty folder": (root / "data/new").mkdir,
        "a link": lambda: (root / "data/latest").symlink_to("source"),
        "a pipe": lambda: os.mkfifo(root / "data/pipe"),
        "fetch.txt": lambda: (root / "fetch.txt").write_bytes(b""),
        "a large file": lambda: (root / "data/source/05STRELSAU1").write_bytes(bytes(2 << 20)),
    }


@pytest.mark.parametrize("what", _uncommon(Path()))
def test_what_is_uncommon_is_left_to_the_careful_look(what: str, tmp_path: Path) -> None:
    root = write_bag(NewBag("bag", FILES), tmp_path).path
    _uncommon(root)[what]()
    assert verify_fast(root, Depth.COMPLETE) is None


def test_what_is_no_folder_is_left_to_the_careful_look(tmp_path: Path) -> None:
    assert verify_fast(tmp_path / "none", Depth.FULL) is None
    (tmp_path / "file").write_bytes(b"")
    assert verify_fast(tmp_path / "file", Depth.FULL) is None
    (tmp_path / "empty").mkdir()
    assert verify_fast(tmp_path / "empty", Depth.FULL) is None


def test_a_file_that_is_replaced_after_the_listing_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_bag(NewBag("bag", FILES), tmp_path).path
    target = root / "data/source/05STRELSAU1"
    listing = fast_path._listing

    def and_then_replaced(place: str, most: int) -> object:
        files = listing(place, most)
        (tmp_path / "other").write_bytes(target.read_bytes())
        (tmp_path / "other").rename(target)
        return files

    monkeypatch.setattr(fast_path, "_listing", and_then_replaced)
    assert verify_fast(root, Depth.FULL) is None


@pytest.mark.parametrize("new", ["a link", "another folder"])
def test_a_folder_that_is_replaced_after_it_was_seen_is_not_entered(
    new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = write_bag(NewBag("bag", FILES), tmp_path).path
    folder = root / "data/source"
    open_it = os.open

    def replacing(path: str, flags: int, **more: int) -> int:
        if path.endswith("data/source") and not (tmp_path / "away").exists():
            folder.rename(tmp_path / "away")
            if new == "a link":
                folder.symlink_to(tmp_path / "away")
            else:
                folder.mkdir()
                (folder / "05STRELSAU1").write_bytes((tmp_path / "away/05STRELSAU1").read_bytes())
        return open_it(path, flags, **more)

    monkeypatch.setattr(os, "open", replacing)
    assert verify_fast(root, Depth.FULL) is None
    assert (tmp_path / "away").exists()


def test_large_tag_files_and_tars_are_left_to_the_checks(tmp_path: Path) -> None:
    root = write_bag(NewBag("bag", FILES), tmp_path).path
    assert verify_fast(root, Depth.FULL) is not None
    assert verify_fast(root, Depth.FULL, Limits(fast_tag_files=100)) is None
    assert verify_fast(root, Depth.FULL, Limits(table_entries=1)) is None
    tar = write_bag(NewBag("bag", FILES), tmp_path, form=Form.TAR).path
    assert verify_fast(tar, Depth.FULL) is not None
    assert verify_fast(tar, Depth.FULL, Limits(fast_tar=1024)) is None


def test_a_seal_is_compared(tmp_path: Path) -> None:
    written = write_bag(NewBag("bag", FILES), tmp_path)
    assert verify(written.path, seal=written.seal.upper()).valid
    report = verify(written.path, seal="0" * 64)
    assert [each.code for each in report.findings] == ["seal-differs"]
    assert replace(report, findings=(), verdict=verify(written.path).verdict) == verify(written.path)
