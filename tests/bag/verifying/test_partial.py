"""Some files of a bag: the word on them, by manifests and by index, and silence on all others."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest
from tests.bag.conftest import without_rights
from tests.bag.fixtures import PACKERS, bag, drop, manifest, pack, pack_as, put

from preserve.bag.model import Form
from preserve.bag.reading.member_index import IndexedMember, MemberIndex, index_path, read_index
from preserve.bag.verifying.partial import PartialReport, PartialVerdict, verify_some
from preserve.bag.verifying.verification import verify
from preserve.bag.writing.index import write_index
from preserve.errors import BagError, UnreadableBagError, UsageError

FILES = {
    "source/07STRELSAU1.txt": b"one\n",
    "source/07STRELSAU2.txt": b"two\n",
    "tei/07STRELSAU1.xml": b"<TEI/>",
    "tei/07STRELSAU2.xml": b"<TEI>2</TEI>",
}
ONE = ["*/07STRELSAU1.*"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    bag(tmp_path / "bag", FILES, algorithms=("sha256", "sha512"))
    return tmp_path / "bag"


def codes(report: PartialReport) -> list[tuple[str, str]]:
    return [(each.code, each.where) for each in report.findings]


def indexed(root: Path) -> tuple[Path, MemberIndex]:
    tar = pack(root)
    write_index(tar, tar.parent)
    return tar, read_index(index_path(tar))[0]


# --- by the manifests ---


@pytest.mark.parametrize("suffix", [*PACKERS, ".tar", ""])
def test_the_files_of_every_form_are_checked(suffix: str, root: Path) -> None:
    path = {"": lambda: root, ".tar": lambda: pack(root)}.get(suffix, lambda: pack_as(root, suffix))()
    report = verify_some(path, ONE)
    assert report == PartialReport(path, verify(path).form, False, PartialVerdict.INTACT, 2, 4, 10, ())
    assert verify_some(path, ["*"]).checked == 4


@pytest.mark.parametrize("suffix", [".zip", ".tar", ""])
def test_one_that_was_altered_is_damaged_and_the_others_are_not(suffix: str, root: Path) -> None:
    (root / "data/tei/07STRELSAU1.xml").write_bytes(b"<tei/>")
    path = {"": lambda: root, ".tar": lambda: pack(root)}.get(suffix, lambda: pack_as(root, suffix))()
    report = verify_some(path, ONE)
    assert (report.verdict, report.checked, codes(report)) == (
        PartialVerdict.DAMAGED,
        2,
        [("payload-altered", "data/tei/07STRELSAU1.xml")],
    )
    assert "the manifest gives" in report.findings[0].message
    assert verify_some(path, ["source/*", "*2.xml"]).verdict is PartialVerdict.INTACT


def test_one_that_is_gone_is_asked_for_all_the_same(root: Path) -> None:
    (root / "data/tei/07STRELSAU1.xml").unlink()
    (root / "data/source/07STRELSAU2.txt").unlink()
    (root / "data/stray").symlink_to("/etc/hostname")
    report = verify_some(root, ONE)
    assert (report.verdict, report.checked, report.files, report.bytes) == (PartialVerdict.DAMAGED, 2, 4, 4)
    # Nothing of the other file that is gone, nor of the link.
    assert codes(report) == [("payload-missing", "data/tei/07STRELSAU1.xml")]


def test_one_that_is_yet_to_be_fetched_is_incomplete(tmp_path: Path) -> None:
    fetch = {"fetch.txt": b"https://example.org/x - data/tei/07STRELSAU1.xml\nno line\n"}
    bag(tmp_path / "bag", FILES, tags=fetch)
    (tmp_path / "bag/data/tei/07STRELSAU1.xml").unlink()
    report = verify_some(tmp_path / "bag", ["tei/*"])
    assert (report.verdict, codes(report)) == (
        PartialVerdict.INCOMPLETE,
        [("payload-to-fetch", "data/tei/07STRELSAU1.xml")],
    )
    assert verify_some(tmp_path / "bag", ["source/*"]).verdict is PartialVerdict.INTACT


def test_one_that_no_manifest_lists_is_damaged(root: Path) -> None:
    put(root / "data/new.txt", b"x")
    assert codes(verify_some(root, ["new.txt"])) == [("payload-unlisted", "data/new.txt")]
    assert verify_some(root, ["new.txt"]).verdict is PartialVerdict.DAMAGED
    assert verify_some(root, ["tei/*"]).verdict is PartialVerdict.INTACT


def test_one_that_a_manifest_omits_is_damaged(tmp_path: Path) -> None:
    path = "data/tei/07STRELSAU1.xml"
    bag(tmp_path / "bag", FILES, algorithms=("sha256", "sha512"), edit=manifest(drop(path)))
    assert verify_some(tmp_path / "bag", ["tei/07STRELSAU1.xml"]).verdict is PartialVerdict.DAMAGED
    assert verify_some(tmp_path / "bag", ["source/*"]).verdict is PartialVerdict.INTACT


def test_one_that_is_a_link_is_damaged(root: Path) -> None:
    path = root / "data/tei/07STRELSAU1.xml"
    path.rename(root.parent / "elsewhere")
    path.symlink_to(root.parent / "elsewhere")
    report = verify_some(root, ["tei/*"])
    assert (report.verdict, ("link-in-bag", "data/tei/07STRELSAU1.xml") in codes(report)) == (
        PartialVerdict.DAMAGED,
        True,
    )


def test_one_that_cannot_be_read_is_unreadable(open_place: Path) -> None:
    bag(open_place / "bag", FILES)
    (open_place / "bag/data/tei/07STRELSAU1.xml").chmod(0)
    (open_place / "bag/data/source").chmod(0)
    with without_rights():
        file, folder = (verify_some(open_place / "bag", [pattern]) for pattern in ("tei/*", "source/*1.txt"))
        other = verify_some(open_place / "bag", ["tei/07STRELSAU2.xml"])
    assert (file.verdict, codes(file)) == (
        PartialVerdict.UNREADABLE,
        [("payload-unreadable", "data/tei/07STRELSAU1.xml")],
    )
    assert (folder.verdict, codes(folder)) == (PartialVerdict.UNREADABLE, [("folder-unreadable", "data/source")])
    assert other.verdict is PartialVerdict.INTACT


def test_a_manifest_that_cannot_be_read_vouches_for_nothing_and_proves_nothing(open_place: Path) -> None:
    bag(open_place / "bag", FILES)
    (open_place / "bag/manifest-sha512.txt").chmod(0)
    with without_rights():
        report = verify_some(open_place / "bag", ["tei/*1.xml"])
    assert (report.verdict, codes(report)) == (
        PartialVerdict.UNREADABLE,
        [("tag-file-unreadable", "manifest-sha512.txt")],
    )


def test_a_manifest_that_was_altered_vouches_for_nothing(root: Path) -> None:
    """Payload and manifest rewritten together: the tag manifest shows it, and the file of another cable is doubtful."""
    text = (root / "manifest-sha512.txt").read_text()
    (root / "manifest-sha512.txt").write_text(text.upper().replace("DATA/", "data/"))
    report = verify_some(root, ONE)
    assert report.verdict is PartialVerdict.DAMAGED
    assert ("tag-file-altered", "manifest-sha512.txt") in codes(report)


def test_other_tag_files_are_not_its_concern(root: Path) -> None:
    (root / "bag-info.txt").write_bytes(b"Payload-Oxum: 9.9\n\xff\n")
    assert not verify(root).valid
    assert verify_some(root, ONE).findings == ()


@pytest.mark.parametrize("upper", [False, True])
def test_the_seal_is_held_against_the_bag(upper: bool, root: Path) -> None:
    kept = verify(root).seal or ""
    assert verify_some(root, ONE, seal=kept.upper() if upper else kept).verdict is PartialVerdict.INTACT
    # Whoever rewrites everything cannot rewrite what is kept elsewhere.
    put(root / "data/tei/07STRELSAU1.xml", b"<forged/>")
    bag(root.parent / "forged", {**FILES, "tei/07STRELSAU1.xml": b"<forged/>"}, algorithms=("sha256", "sha512"))
    forged = verify_some(root.parent / "forged", ONE, seal=kept)
    assert (forged.verdict, codes(forged)) == (PartialVerdict.DAMAGED, [("seal-differs", "")])
    for name in ("tagmanifest-sha256.txt", "tagmanifest-sha512.txt"):
        (root.parent / "forged" / name).unlink()
    assert ("seal-missing", "") in codes(verify_some(root.parent / "forged", ONE, seal=kept))


# --- patterns ---


def test_a_name_fits_itself_whatever_it_has_of_stars_and_brackets(tmp_path: Path) -> None:
    bag(tmp_path / "bag", {"a[1].txt": b"x", "a1.txt": b"y", "b*c": b"z", "bxc": b""})
    assert verify_some(tmp_path / "bag", ["a[1].txt"]).checked == 2
    assert verify_some(tmp_path / "bag", ["b[*]c"]).checked == 1


def test_patterns_that_fit_nothing_are_a_wrong_call(root: Path) -> None:
    for pattern in ("*.pdf", "", "TEI/*", "bagit.txt"):
        with pytest.raises(UsageError, match="fits"):
            verify_some(root, ["tei/*", pattern])
    with pytest.raises(UsageError) as told:
        verify_some(root, ["data/tei/*"])
    assert told.value.hint == "Patterns are of paths below data/: 'tei/*'."


def test_where_a_tar_is_cut_before_any_file_that_fits_the_call_is_not_to_blame(root: Path) -> None:
    tar = pack(root)
    octets = tar.read_bytes()
    tar.write_bytes(octets[: octets.index(b"<TEI>2</TEI>") + 3])
    with pytest.raises(BagError, match=r"as far as the bag could be listed .*tar-truncated"):
        verify_some(tar, ["zzz/*"])
    tar.write_bytes(octets[: octets.index(b"<TEI>2</TEI>") - 600] + b"?" * 1000)
    with pytest.raises(BagError, match=r"as far as the bag could be listed .*tar-corrupt"):
        verify_some(tar, ["zzz/*"])


def test_a_cut_tar_tells_why_a_file_is_not_there(root: Path) -> None:
    # The manifests first, as some programs pack: they list what the cut took.
    tar = root.with_name("bag.tar")
    with tarfile.open(tar, "w") as archive:
        for path in sorted(root.rglob("*"), key=lambda path: ("data" in path.parts, path)):
            archive.add(path, f"bag/{path.relative_to(root)}", recursive=False)
    octets = tar.read_bytes()
    tar.write_bytes(octets[: octets.index(b"<TEI/>") - 512 + 100] + b"?" * 2048)
    report = verify_some(tar, ["tei/*"])
    assert report.verdict is PartialVerdict.DAMAGED
    assert {code for code, _where in codes(report)} == {"payload-missing", "tar-corrupt"}
    assert verify_some(tar, ["source/*"]).verdict is PartialVerdict.INTACT


def test_what_is_no_bag_is_said_to_be_none(tmp_path: Path) -> None:
    put(tmp_path / "folder/data/x", b"x")
    with pytest.raises(BagError, match="is no bag"):
        verify_some(tmp_path / "folder", ["x"])
    with pytest.raises(BagError, match="No such file"):
        verify_some(tmp_path / "none", ["x"])


# --- by the index ---


def test_by_the_index_only_these_octets_are_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tar, index = indexed(root)
    asked: list[tuple[int, int]] = []
    whole = os.pread

    def watched(descriptor: int, size: int, offset: int) -> bytes:
        asked.append((offset, size))
        return whole(descriptor, size, offset)

    monkeypatch.setattr(os, "pread", watched)
    report = verify_some(tar, ONE, index=index)
    assert report == PartialReport(tar, Form.TAR, True, PartialVerdict.INTACT, 2, 4, 10, ())
    wanted = [index.members[f"data/{path}"] for path in FILES if "STRELSAU1" in path]
    assert sorted(asked) == sorted((each.offset, each.length) for each in wanted)


def test_by_the_index_damage_is_told_and_who_said_so(root: Path) -> None:
    tar, index = indexed(root)
    octets = tar.read_bytes()
    tar.write_bytes(octets.replace(b"<TEI/>", b"<tei/>"))
    report = verify_some(tar, ONE, index=index)
    assert (report.verdict, codes(report)) == (
        PartialVerdict.DAMAGED,
        [("payload-altered", "data/tei/07STRELSAU1.xml")],
    )
    assert "the index gives" in report.findings[0].message
    # Damage elsewhere is no concern of these files.
    tar.write_bytes(octets.replace(b"<TEI>2</TEI>", b"<tei>2</tei>").replace(b"BagIt-Version", b"bagIt-Version"))
    assert verify_some(tar, ONE, index=index).verdict is PartialVerdict.INTACT


def test_by_the_index_a_cut_tar_is_unreadable_there(root: Path) -> None:
    tar, index = indexed(root)
    with tar.open("r+b") as file:
        file.truncate(index.members["data/tei/07STRELSAU1.xml"].offset + 2)
    report = verify_some(tar, ["tei/07STRELSAU1.xml"], index=index)
    assert (report.verdict, codes(report)) == (
        PartialVerdict.UNREADABLE,
        [("payload-unreadable", "data/tei/07STRELSAU1.xml")],
    )


def test_the_index_of_another_tar_finds_nothing_intact(root: Path, tmp_path: Path) -> None:
    bag(tmp_path / "more", {"a": b"x" * 5000, **FILES})
    _tar, other = indexed(tmp_path / "more")
    tar, index = indexed(root)
    assert verify_some(tar, ONE, index=other).verdict is PartialVerdict.DAMAGED
    # Its own index, forged to say what somebody wants to be true: that is the risk of taking it at its word.
    place = index.members["data/tei/07STRELSAU2.xml"]
    forged = MemberIndex(index.algorithm, {"data/tei/07STRELSAU1.xml": place})
    assert verify_some(tar, ["tei/*"], index=forged).verdict is PartialVerdict.INTACT


def test_by_an_index_only_a_plain_tar_is_read(root: Path) -> None:
    index = MemberIndex("sha512", {"data/x": IndexedMember(512, 1, "0" * 128)})
    for path in (root, pack_as(root, ".zip"), pack_as(root, ".tar.gz")):
        with pytest.raises(BagError, match="no plain tar"):
            verify_some(path, ["x"], index=index)
    with pytest.raises(UsageError, match="fits"):
        verify_some(pack(root), ["y"], index=index)


def test_large_files_are_hashed_by_several_threads(tmp_path: Path) -> None:
    large = {f"{number}.bin": bytes([number]) * (5 << 20) for number in range(3)}
    bag(tmp_path / "bag", large)
    (tmp_path / "bag/data/1.bin").write_bytes(b"\0" * (5 << 20))
    tar, index = indexed(tmp_path / "bag")
    for given in (None, index):
        report = verify_some(tar, ["*.bin"], index=given, threads=3)
        assert (report.verdict, codes(report)) == (PartialVerdict.DAMAGED, [("payload-altered", "data/1.bin")])


def test_a_bag_that_may_not_be_opened_is_unreadable(open_place: Path) -> None:
    bag(open_place / "bag", FILES)
    tar = pack(open_place / "bag")
    tar.chmod(0)
    (open_place / "bag").chmod(0)
    with without_rights():
        for path in (tar, open_place / "bag"):
            with pytest.raises(UnreadableBagError, match="Permission denied"):
                verify_some(path, ["*"])
