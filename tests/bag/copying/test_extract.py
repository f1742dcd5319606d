"""The payload taken out of a bag: only what is as the manifests say, and nowhere but in the new folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.bag.archives import ARCHIVES
from tests.bag.conftest import without_rights
from tests.bag.fixtures import FIXTURES, PACKERS, Fixture, bag, pack, pack_as
from tests.bag.tars import TARS
from tests.bag.trees import tree

from preserve.bag.copying.extract import extract_bag
from preserve.bag.reading.summary import list_files
from preserve.bag.verifying.verification import verify
from preserve.errors import ArchiveError, BagError, UsageError

FILES = {"a.txt": b"aa", "tei/b.xml": b"<b/>", "tei/c/d.xml": b"<d/>"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    bag(tmp_path / "bag", FILES, algorithms=("md5", "sha512"))
    return tmp_path / "bag"


@pytest.mark.parametrize("suffix", [*PACKERS, ".tar", ""])
def test_the_payload_comes_out_of_every_form(suffix: str, root: Path, tmp_path: Path) -> None:
    path = {"": lambda: root, ".tar": lambda: pack(root)}.get(suffix, lambda: pack_as(root, suffix))()
    out = extract_bag(path, tmp_path / "new" / "out")
    assert (out.whole, out.files, out.wanted, out.bytes) == (True, 3, 3, 10)
    assert {name: data for name, data in tree(tmp_path / "new" / "out").items() if data is not None} == FILES


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["a.txt"], {"a.txt"}),
        (["tei/*"], {"tei/b.xml", "tei/c/d.xml"}),
        (["*.xml", "a*"], set(FILES)),
        (["tei/c/?.xml"], {"tei/c/d.xml"}),
    ],
)
def test_patterns_choose(patterns: list[str], expected: set[str], root: Path, tmp_path: Path) -> None:
    out = extract_bag(root, tmp_path / "out", patterns=patterns)
    assert (out.files, out.wanted, out.whole) == (len(expected), len(expected), True)
    assert {name for name, data in tree(tmp_path / "out").items() if data is not None} == expected


def test_a_pattern_that_fits_nothing_is_a_wrong_call(root: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="fits"):
        extract_bag(root, tmp_path / "out", patterns=["a.txt", "*.pdf"])
    assert [path.name for path in tmp_path.iterdir()] == ["bag"]


@pytest.mark.parametrize("suffix", [*PACKERS, ".tar", ""])
def test_a_file_that_differs_is_not_left_behind(suffix: str, root: Path, tmp_path: Path) -> None:
    (root / "data/tei/b.xml").write_bytes(b"<x/>")
    (root / "data/a.txt").write_bytes(b"a")
    (root / "data/new").write_bytes(b"y")  # nobody vouches for it
    path = {"": lambda: root, ".tar": lambda: pack(root)}.get(suffix, lambda: pack_as(root, suffix))()
    out = extract_bag(path, tmp_path / "out")
    assert (out.whole, out.files, out.wanted) == (False, 1, 4)
    assert [(each.code, each.where) for each in out.findings if each.severity == "error"] == [
        ("oxum-differs", "bag-info.txt"),
        ("payload-altered", "data/a.txt"),
        ("payload-altered", "data/tei/b.xml"),
        ("payload-unlisted", "data/new"),
    ]
    assert {name for name, data in tree(tmp_path / "out").items() if data is not None} == {"tei/c/d.xml"}


def test_when_nothing_can_be_taken_out_nothing_appears(root: Path, tmp_path: Path) -> None:
    (root / "data/a.txt").write_bytes(b"xx")
    out = extract_bag(root, tmp_path / "out", patterns=["a.txt"])
    assert (out.path, out.files, out.whole) == (None, 0, False)
    assert [path.name for path in tmp_path.iterdir()] == ["bag"]


def test_what_cannot_be_read_is_told_as_such(open_place: Path) -> None:
    bag(open_place / "bag", FILES)
    (open_place / "bag/data/a.txt").chmod(0)
    (open_place / "new").mkdir()
    (open_place / "new").chmod(0o777)
    with without_rights():
        out = extract_bag(open_place / "bag", open_place / "new" / "out")
    assert [each.code for each in out.findings if each.severity == "error"] == ["payload-unreadable"]
    assert sorted(path.name for path in (open_place / "new" / "out").rglob("*")) == ["b.xml", "c", "d.xml", "tei"]


def test_what_is_there_is_never_replaced(root: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(ArchiveError, match="already there"):
        extract_bag(root, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_empty_payload_gives_an_empty_folder(tmp_path: Path) -> None:
    bag(tmp_path / "bag", {})
    assert extract_bag(tmp_path / "bag", tmp_path / "out").whole
    assert list((tmp_path / "out").iterdir()) == []


def contained(path: Path, place: Path) -> None:
    """Take everything out of a bag that may be hostile; what comes out is listed, and lies in the new folder."""
    before = {each for each in place.rglob("*") if not each.is_relative_to(path)}
    try:
        report = verify(path)
        out = extract_bag(path, place / "out")
        listed = {each.path: each.digests for each in list_files(path)}
    except BagError:
        assert not (place / "out").exists()
        return
    # A tag file that differs leaves the payload as it is.
    assert not out.whole or report.valid or "tag-file" in str(report.findings)
    after = {each for each in place.rglob("*") if not each.is_relative_to(path)}
    new = {each for each in after - before if each != place / "out" and not each.is_relative_to(place / "out")}
    assert new == set()
    for each in (place / "out").rglob("*"):
        assert not each.is_symlink()
        if each.is_file():
            assert listed[f"data/{each.relative_to(place / 'out').as_posix()}"]


@pytest.mark.parametrize("fixture", [each for each in FIXTURES if not each.as_nobody], ids=lambda each: each.name)
def test_no_bag_gets_out_of_the_new_folder(fixture: Fixture, tmp_path: Path) -> None:
    fixture.build(tmp_path / "place" / "bag")
    contained(tmp_path / "place" / "bag", tmp_path / "place")


@pytest.mark.parametrize("case", TARS, ids=lambda case: case[0])
def test_no_tar_gets_out_of_the_new_folder(case: tuple[str, object, object], tmp_path: Path) -> None:
    build = case[2]
    assert callable(build)
    (tmp_path / "bag.tar").write_bytes(build(tmp_path / "made"))
    contained(tmp_path / "bag.tar", tmp_path)


@pytest.mark.parametrize("case", ARCHIVES, ids=lambda case: case[0])
def test_no_archive_gets_out_of_the_new_folder(case: tuple[str, str, object, object], tmp_path: Path) -> None:
    build = case[3]
    assert callable(build)
    (tmp_path / f"bag{case[1]}").write_bytes(build(tmp_path / "made"))
    contained(tmp_path / f"bag{case[1]}", tmp_path)


def test_a_manifest_that_was_never_sealed_vouches_for_nothing(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    seal = verify(tmp_path / "bag").seal
    (tmp_path / "bag/data/forged").write_bytes(b"")
    (tmp_path / "bag/manifest-md5.txt").write_bytes(b"d41d8cd98f00b204e9800998ecf8427e  data/forged\n")
    extracted = extract_bag(tmp_path / "bag", tmp_path / "out", seal=seal)
    assert extracted.path is None
    assert "tagmanifest-omits-manifest" in {each.code for each in extracted.findings}


def test_a_seal_is_the_same_in_capitals(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    seal = verify(tmp_path / "bag").seal
    assert seal is not None
    extracted = extract_bag(tmp_path / "bag", tmp_path / "out", seal=seal.upper())
    assert extracted.whole
