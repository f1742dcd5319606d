"""Bags written again: the payload stays, the source is verified on the way, and no bad bag becomes a good one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from tests.bag.conftest import without_rights
from tests.bag.fixtures import FIXTURES, PACKERS, Fixture, bag, pack, pack_as, put, seal
from tests.bag.second_opinion import bagit_python_accepts
from tests.bag.trees import grow, tree, trees
from tests.selection import examples

from preserve.bag.containers.entry import Entry
from preserve.bag.containers.folder import DirectoryContainer
from preserve.bag.copying.convert import Conversion, convert_bag
from preserve.bag.copying.extract import extract_bag
from preserve.bag.copying.make import Recipe, make_bag
from preserve.bag.model import Form
from preserve.bag.reading.summary import list_files, summarize_bag
from preserve.bag.verifying.profile import Profile
from preserve.bag.verifying.verification import verify
from preserve.errors import ArchiveError, BagError, UsageError
from preserve.findings import Severity

AGENT = "preserve 0.1.0"
PLAIN = Conversion(AGENT)
AS_NOBODY_TOO = [each for each in FIXTURES if not each.as_nobody]


def payload(path: Path) -> dict[str, int | None]:
    return {each.path: each.size for each in list_files(path)}


def content(path: Path) -> dict[str, bytes | None]:
    """The files and folders of a bag that is a folder."""
    return {name: data for name, data in tree(path).items() if name.startswith("data/")}


@pytest.mark.parametrize("fixture", AS_NOBODY_TOO, ids=lambda each: each.name)
def test_just_the_valid_bags_are_converted_and_the_others_told_why(fixture: Fixture, tmp_path: Path) -> None:
    root = tmp_path / "bag"
    fixture.build(root)
    before = verify(root)
    try:
        converted = convert_bag(root, tmp_path / "new", PLAIN)
    except BagError:
        assert not before.valid
        return
    assert (converted.bag is not None) is before.valid
    if before.valid:
        assert set(converted.findings) == set(before.findings)
        assert content(tmp_path / "new" / "bag") == content(root)
        after = verify(tmp_path / "new" / "bag")
        assert (after.valid, after.bagit_version, after.files, after.bytes) == (
            True,
            "1.0",
            before.files,
            before.bytes,
        )
    else:
        # A bag that is refused for another reason is not hashed.
        errors = {each for each in before.findings if each.severity == "error"}
        hashed = {each for each in errors if each.code == "payload-altered"}
        assert {each for each in converted.findings if each.severity == "error"} in (errors, errors - hashed)
        assert any(each.severity == "error" for each in converted.findings)
        assert not (tmp_path / "new").exists()


@pytest.mark.long("suffix")
@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("suffix", [*PACKERS, ".tar", ""])
def test_every_form_becomes_every_form_we_write(suffix: str, form: Form, tmp_path: Path) -> None:
    root = tmp_path / "bag"
    bag(root, {"b/a.txt": b"x", "a%0A.txt": b"", "\u00fc/\u00fc.txt": b"y" * 2_000_000}, tags={"meta/a.xml": b"<a/>"})
    path = {"": lambda: root, ".tar": lambda: pack(root)}.get(suffix, lambda: pack_as(root, suffix))()
    converted = convert_bag(path, tmp_path / "new", Conversion(AGENT, form, ("sha256", "sha512"), reread=True))
    assert converted.bag is not None, converted.findings
    assert converted.bag.form is form
    assert verify(converted.bag.path, seal=converted.bag.seal).valid
    assert summarize_bag(converted.bag.path).algorithms == ("sha256", "sha512")
    again = convert_bag(converted.bag.path, tmp_path / "again", Conversion(AGENT, Form.DIRECTORY, name="other"))
    assert again.bag is not None
    assert again.bag.path == tmp_path / "again" / "other"
    assert content(again.bag.path) == content(root)
    assert (again.bag.path / "meta/a.xml").read_bytes() == b"<a/>"
    assert "meta/a.xml" in (again.bag.path / "tagmanifest-sha512.txt").read_text()
    assert bagit_python_accepts(again.bag.path) or "%" in str(payload(root))


def test_an_old_bag_becomes_a_new_one_and_loses_nothing(tmp_path: Path) -> None:
    root = tmp_path / "bag"
    bag(
        root,
        {"100%25.txt": b"x", "a\nb": b""},
        version="0.95",
        encoding="iso-8859-1",
        algorithms=("md5",),
        tags={
            "package-info.txt": (
                "Source-Organization: Stra\u00dfe\n  und Weg\nBagging-Date: 2005-12-01\nPackage-Size: 1 B\n"
                "Bag-Software-Agent: older 1\nPayload-Oxum: 1.2\n"
            ).encode("iso-8859-1"),
            "notes/read.me": b"\xe4",
            "manifest-crc32.txt": b"00000000  data/a\n",
        },
        info="Custodian: Strelsau\n",
        edit={"manifest-md5.txt": lambda lines: [(d, p.replace("%2525", "%25")) for d, p in lines]},
    )
    before = verify(root)
    assert before.valid, before.findings
    converted = convert_bag(root, tmp_path / "new", Conversion(AGENT, Form.DIRECTORY, ("sha512",)))
    assert converted.bag is not None, converted.findings
    new = converted.bag.path
    after = verify(new)
    assert after.valid, after.findings
    assert after.info == (
        ("Source-Organization", "Stra\u00dfe\nund Weg"),
        ("Bagging-Date", "2005-12-01"),
        ("Package-Size", "1 B"),
        ("Custodian", "Strelsau"),
        ("Payload-Oxum", "1.2"),
        ("Bag-Size", "1 B"),
        ("Bag-Software-Agent", AGENT),
        (
            "Converted-From",
            f"BagIt 0.95; directory; written by older 1; SHA-256 of its tag manifest {before.seal}",
        ),
    )
    kept = {name for name, data in tree(new).items() if data is not None and not name.startswith("data/")}
    assert kept == {
        "bag-info.txt",
        "bagit.txt",
        "manifest-crc32.txt",
        "manifest-md5.txt",
        "manifest-sha512.txt",
        "notes/read.me",
        "tagmanifest-md5.txt",
        "tagmanifest-sha512.txt",
    }
    assert "data/100%2525.txt\n" in (new / "manifest-md5.txt").read_text()
    assert (new / "notes/read.me").read_bytes() == b"\xe4"


def test_a_bag_without_tag_manifest_or_fields_is_converted(tmp_path: Path) -> None:
    root = tmp_path / "bag"
    bag(root, info="")
    (root / "tagmanifest-sha512.txt").unlink()
    converted = convert_bag(root, tmp_path / "new", PLAIN)
    assert converted.bag is not None
    assert verify(converted.bag.path).info[-1] == ("Converted-From", "BagIt 1.0; directory")


def test_a_fetch_file_of_which_nothing_is_left_to_fetch_is_left_out(tmp_path: Path) -> None:
    root = tmp_path / "bag"
    bag(root, {"a.txt": b"a"}, tags={"fetch.txt": b"https://strelsau.example/a.txt 1 data/a.txt\n"})
    assert convert_bag(root, tmp_path / "new", PLAIN).bag is not None
    assert verify(tmp_path / "new" / "bag").findings == ()
    assert not (tmp_path / "new" / "bag" / "fetch.txt").exists()
    (root / "data" / "a.txt").unlink()
    holey = convert_bag(root, tmp_path / "holey", PLAIN)
    assert (holey.bag, [each.code for each in holey.findings]) == (None, ["payload-to-fetch"])


@pytest.mark.parametrize("form", Form)
def test_every_altered_file_is_told(form: Form, tmp_path: Path) -> None:
    root = tmp_path / "bag"
    bag(root, {"a": b"aa", "b": b"bb", "c": b"cc"}, tags={"meta.xml": b"<a/>"})
    (root / "data/a").write_bytes(b"xx")
    (root / "data/c").write_bytes(b"xx")
    converted = convert_bag(root, tmp_path / "new", Conversion(AGENT, form))
    assert [(each.code, each.where) for each in converted.findings] == [
        ("payload-altered", "data/a"),
        ("payload-altered", "data/c"),
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["bag"]


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("what", ["data/a", "meta.xml"])
def test_a_file_that_changes_between_two_looks_is_refused(
    what: str, form: Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "bag"
    bag(root, {"a": b"aa"}, tags={"meta.xml": b"<a/>"})
    reads = {"data/a": 1, "meta.xml": 2}  # a tag file is read once for its finding
    seen: list[str] = []
    whole = DirectoryContainer.contents

    def shorter(self: DirectoryContainer, wanted: Iterable[Entry]) -> Iterator[tuple[Entry, Iterator[bytes]]]:
        for entry, chunks in whole(self, wanted):
            seen.append(entry.path)
            yield entry, iter((b"x",)) if entry.path == what and seen.count(what) == reads[what] else chunks

    monkeypatch.setattr(DirectoryContainer, "contents", shorter)
    converted = convert_bag(root, tmp_path / "new", Conversion(AGENT, form))
    kind = "payload" if what == "data/a" else "tag-file"
    assert [(each.code, each.where) for each in converted.findings] == [(f"{kind}-unreadable", what)]
    assert [path.name for path in tmp_path.iterdir()] == ["bag"]


def test_what_cannot_be_read_is_told_as_such(open_place: Path) -> None:
    bag(open_place / "bag", {"a": b"aa"})
    (open_place / "bag/data/a").chmod(0)
    (open_place / "new").mkdir(mode=0o777)
    (open_place / "new").chmod(0o777)
    with without_rights():
        converted = convert_bag(open_place / "bag", open_place / "new", PLAIN)
    assert [each.code for each in converted.findings] == ["payload-unreadable"]
    assert list((open_place / "new").iterdir()) == []


@examples(30)
@given(trees, st.permutations(list(Form)))
def test_there_and_back_gives_the_same_payload(files: dict[str, object], forms: list[Form]) -> None:
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        grow(root / "source", files)
        made = make_bag([root / "source"], root / "0", Recipe("bag", form=forms[-1]))
        if made.bag is None:
            return
        path = made.bag.path
        for number, form in enumerate(forms, 1):
            converted = convert_bag(path, root / str(number), Conversion(AGENT, form))
            assert converted.bag is not None, converted.findings
            path = converted.bag.path
        assert extract_bag(path, root / "out").whole
        assert tree(root / "out") == tree(root / "source")


def test_names_that_no_manifest_can_hold_are_refused(tmp_path: Path) -> None:
    root = tmp_path / "bag"
    bag(root)
    (root / "notes\udcff").mkdir()
    (root / "read\udcff.me").write_bytes(b"x")
    converted = convert_bag(root, tmp_path / "new", Conversion(AGENT, Form.TAR))
    assert converted.bag is None
    named = [each.where for each in converted.findings if each.code == "name-not-utf8"]
    assert named == ["notes\\xff", "read\\xff.me"]


def test_a_name_that_is_none_of_ours_needs_another(tmp_path: Path) -> None:
    bag(tmp_path / "my bag")
    with pytest.raises(UsageError, match="not a name of a bag") as caught:
        convert_bag(tmp_path / "my bag", tmp_path / "new", PLAIN)
    assert "--name" in caught.value.hint
    assert convert_bag(tmp_path / "my bag", tmp_path / "new", Conversion(AGENT, name="bag")).bag is not None


def test_places_that_are_taken_or_in_the_bag_are_refused(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    with pytest.raises(ArchiveError, match="already there"):
        convert_bag(tmp_path / "bag", tmp_path, PLAIN)
    with pytest.raises(UsageError, match="lies in"):
        convert_bag(tmp_path / "bag", tmp_path / "bag" / "data" / "new", PLAIN)
    with pytest.raises(UsageError, match="unknown digest"):
        convert_bag(tmp_path / "bag", tmp_path / "new", Conversion(AGENT, algorithms=("crc32",)))
    assert [path.name for path in tmp_path.iterdir()] == ["bag"]


def test_every_good_bag_of_the_conformance_suite_is_converted(bagit_suite: Path, tmp_path: Path) -> None:
    number = 0
    for declaration in sorted(bagit_suite.glob("v*/valid/*/bagit.txt")):
        root = declaration.parent
        if not verify(root).valid:
            continue
        number += 1
        converted = convert_bag(root, tmp_path / str(number), Conversion(AGENT, Form.TAR, ("sha512",), name="bag"))
        assert converted.bag is not None, root
        assert {each.path for each in list_files(converted.bag.path)} == {each.path for each in list_files(root)}
    assert number > 5


def test_a_bag_of_tag_files_of_its_own_is_sealed_anew(tmp_path: Path) -> None:
    root = tmp_path / "bag"
    bag(root)
    put(root / "meta" / "later.xml", b"<later/>")  # in no tag manifest
    seal(root, ())
    converted = convert_bag(root, tmp_path / "new", PLAIN)
    assert [each.code for each in converted.findings] == ["tag-file-unlisted"]
    assert verify(tmp_path / "new" / "bag").findings == ()


def test_a_profile_that_the_new_form_does_not_meet_is_told(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.txt").write_bytes(b"a")
    profile = Profile.by_name("btr")
    info = (("Source-Organization", "Ruritanian State Archive"), ("Bagging-Date", "2026-11-24"))
    made = make_bag([source], tmp_path / "bags", Recipe("bag", info, form=Form.TAR, profile=profile))
    assert made.bag is not None, made.findings
    plain = convert_bag(made.bag.path, tmp_path / "a", Conversion("x", form=Form.DIRECTORY))
    assert plain.bag is not None
    assert [each.code for each in plain.findings if each.code == "profile-serialization"] == (
        ["profile-serialization"] if profile.serialization == "required" else []
    )
    packed = convert_bag(made.bag.path, tmp_path / "b", Conversion("x", form=Form.TAR_ZST))
    assert packed.bag is not None
    (told,) = (each for each in packed.findings if each.code == "profile-serialization")
    assert told.severity is Severity.WARNING
    assert profile.identifier in told.message
    assert ("BagIt-Profile-Identifier", profile.identifier) in verify(packed.bag.path).info
    again = convert_bag(packed.bag.path, tmp_path / "c", Conversion("x", form=Form.TAR))
    assert again.bag is not None
    assert [each for each in again.findings if each.code.startswith("profile-")] == []
