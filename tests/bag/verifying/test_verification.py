"""Every bag of ``fixtures`` gives exactly the codes of its name, as a folder and as a tar."""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from tests.bag.archives import ARCHIVES
from tests.bag.conftest import without_rights
from tests.bag.fixtures import FIRST, FIXTURES, PACKERS, PAYLOAD, Fixture, bag, digest, pack, pack_as, put
from tests.bag.profiles import CASES as PROFILE_CASES
from tests.bag.tars import TARS

from preserve.bag.limits import Limits
from preserve.bag.model import BagReport, Depth, Form, Verdict
from preserve.bag.reading.summary import summarize_bag
from preserve.bag.verifying.profile import Profile
from preserve.bag.verifying.verification import verify, verify_stream
from preserve.errors import BagError
from preserve.findings import Severity, codes

NAMES = [fixture.name for fixture in FIXTURES]


def found(report: BagReport) -> set[str]:
    return {finding.code for finding in report.findings}


def look_at(fixture: Fixture, path: Path) -> BagReport:
    with without_rights() if fixture.as_nobody else nullcontext():
        return verify(path, depth=fixture.depth, seal=fixture.seal, profile=fixture.profile)


def test_every_fixture_has_a_name_of_its_own() -> None:
    assert sorted(NAMES) == sorted(set(NAMES))


@pytest.mark.parametrize("fixture", FIXTURES, ids=NAMES)
def test_a_bag_gives_exactly_the_codes_of_its_name(fixture: Fixture, open_place: Path) -> None:
    root = open_place / "bag"
    fixture.build(root)
    report = look_at(fixture, root)
    assert found(report) == fixture.codes, [*report.findings]
    assert report.form is Form.DIRECTORY


@pytest.mark.parametrize("fixture", [each for each in FIXTURES if each.twin], ids=lambda each: each.name)
def test_a_tar_of_the_bag_gives_the_same(fixture: Fixture, tmp_path: Path) -> None:
    root = tmp_path / "bag"
    fixture.build(root)
    folder = look_at(fixture, root)
    packed = look_at(fixture, pack(root))
    assert found(packed) == fixture.codes, [*packed.findings]
    assert (packed.name, packed.verdict, packed.files, packed.bytes, packed.seal, packed.info) == (
        folder.name,
        folder.verdict,
        folder.files,
        folder.bytes,
        folder.seal,
        folder.info,
    )
    assert packed.form is Form.TAR


@pytest.mark.long("fixture")
@pytest.mark.parametrize("suffix", PACKERS)
@pytest.mark.parametrize("fixture", [each for each in FIXTURES if each.twin], ids=lambda each: each.name)
def test_any_archive_of_the_bag_gives_the_same(fixture: Fixture, suffix: str, tmp_path: Path) -> None:
    root = tmp_path / "bag"
    fixture.build(root)
    plain = look_at(fixture, pack(root))
    packed = look_at(fixture, pack_as(root, suffix))
    assert found(packed) == fixture.codes, [*packed.findings]
    assert replace(packed, path=plain.path, form=plain.form) == plain
    assert packed.form is {".zip": Form.ZIP, ".tar.zst": Form.TAR_ZST}.get(suffix, Form.TAR)


@pytest.mark.long("fixture")
@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["as it is", "gzip"])
@pytest.mark.parametrize("fixture", [each for each in FIXTURES if each.twin], ids=lambda each: each.name)
def test_a_stream_of_the_bag_gives_the_same(
    fixture: Fixture, compress: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    root = tmp_path / "bag"
    fixture.build(root)
    tar = pack(root)
    plain = look_at(fixture, tar)
    stream = io.BytesIO(compress(tar.read_bytes()))
    passed = verify_stream(stream, depth=fixture.depth, seal=fixture.seal, profile=fixture.profile)
    assert replace(passed, path=plain.path) == plain


def test_the_name_of_a_manifest_that_is_not_utf_8_can_be_printed(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    for name in ("manifest-x\udcff.txt", "manifest-sha\udcff1.txt", "tagmanifest-md\udcff5.txt", "manifest-MD5.txt"):
        (tmp_path / "bag" / name).write_bytes(b"no entry\n")
    (tmp_path / "bag" / "manifest-md\udcff5.txt").write_bytes(b"%b  %b\n" % (b"0" * 32, FIRST.encode()))
    (tmp_path / "bag" / "fetch.txt").write_bytes(b"http://example.org/x - data/x\n")
    report = verify(tmp_path / "bag", profile=Profile.by_name("btr"))
    assert found(report) >= {"algorithm-unknown", "algorithm-name-odd", "algorithm-twice", "digest-malformed"}
    assert found(report) >= {"manifest-omits-file", "tagmanifest-omits-manifest", "fetch-unlisted"}
    assert "profile-manifest-not-allowed" in found(report)
    for finding in report.findings:
        f"{finding.where} {finding.message}".encode()
    assert r"x\xff" in summarize_bag(tmp_path / "bag").algorithms


def test_every_code_of_the_room_has_a_fixture() -> None:
    ours = {name for name, code in codes().items() if code.room == "bag"}
    shown = set[str]().union(*(each.codes for each in FIXTURES))
    shown |= set[str]().union(*(expected for _name, expected, _build in TARS))
    shown |= set[str]().union(*(expected for _name, _suffix, expected, _build in ARCHIVES))
    shown |= {"second-opinion-differs", "second-opinion-none"}  # test_second_opinion.py
    shown |= {"member-index-differs"}  # test_member_index.py: it is beside the bag
    shown |= {"name-encoding"}  # test_other_systems.py: no tool packs such names alike
    shown |= {"hidden-file", "name-not-utf8"}  # test_gather.py: of files that are no bag yet
    shown |= set[str]().union(*(expected for _name, expected, _change in PROFILE_CASES))
    assert shown == ours


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("valid--as-we-write-it", Verdict.VALID),
        ("names-differ-by-case", Verdict.VALID),
        ("payload-altered", Verdict.INVALID),
        ("payload-missing", Verdict.INVALID),
        ("payload-to-fetch", Verdict.INCOMPLETE),
        ("fetch-unlisted+payload-to-fetch--before-1.0", Verdict.INCOMPLETE),
        ("fetch-unlisted+payload-to-fetch", Verdict.INVALID),
        ("payload-to-fetch--all-of-it-and-no-folder", Verdict.INCOMPLETE),
        ("payload-to-fetch--a-percent-sign-as-bdbag-writes-it", Verdict.INCOMPLETE),
        ("payload-unreadable", Verdict.UNREADABLE),
        ("tag-file-unreadable", Verdict.UNREADABLE),
        ("folder-unreadable", Verdict.UNREADABLE),
        ("entry-twice", Verdict.INVALID),
        ("entry-twice--before-1.0", Verdict.VALID),
        ("oxum-twice--before-1.0", Verdict.VALID),
        ("link-in-bag--to-a-file-outside", Verdict.INVALID),
        ("seal-differs", Verdict.INVALID),
    ],
)
def test_the_one_word(name: str, verdict: Verdict, open_place: Path) -> None:
    fixture = next(each for each in FIXTURES if each.name == name)
    fixture.build(open_place / "bag")
    assert look_at(fixture, open_place / "bag").verdict is verdict


def test_all_findings_are_reported_file_by_file(tmp_path: Path) -> None:
    bag(tmp_path / "bag", payload={f"{number}.txt": b"x" for number in range(5)})
    for number in (1, 3):
        put(tmp_path / f"bag/data/{number}.txt", b"y")
    (tmp_path / "bag/data/2.txt").unlink()
    put(tmp_path / "bag/data/2 copy.txt", b"x")
    report = verify(tmp_path / "bag")
    assert [(each.code, each.where) for each in report.findings] == [
        ("payload-altered", "data/1.txt"),
        ("payload-altered", "data/3.txt"),
        ("payload-missing", "data/2.txt"),
        ("payload-unlisted", "data/2 copy.txt"),
    ]


def test_the_message_names_both_digests(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    put(tmp_path / "bag" / FIRST, b"UNCLAS STRELSAU 000002\n")
    (finding,) = verify(tmp_path / "bag").findings
    before, after = digest("sha512", PAYLOAD["source/05STRELSAU1.txt"]), digest("sha512", b"UNCLAS STRELSAU 000002\n")
    assert finding.message == f"its sha512 is {after}, the manifest gives {before}"


def test_an_unreadable_file_does_not_hide_an_altered_one(open_place: Path) -> None:
    root = open_place / "bag"
    bag(root)
    (root / FIRST).chmod(0)
    put(root / "data/record/05STRELSAU1.json", b"[]\n")
    with without_rights():
        report = verify(root)
    assert found(report) == {"payload-unreadable", "payload-altered"}
    assert report.verdict is Verdict.INVALID


def test_the_facts_of_a_report(tmp_path: Path) -> None:
    bag(tmp_path / "bag", info="Payload-Oxum: 26.2\nOdd: a\n b\nodd: c\n")
    report = verify(tmp_path / "bag", depth=Depth.COMPLETE)
    assert (report.name, report.files, report.bytes, report.bagit_version) == ("bag", 2, 26, "1.0")
    assert report.info == (("Payload-Oxum", "26.2"), ("Odd", "a\nb"), ("odd", "c"))
    assert report.depth is Depth.COMPLETE
    assert report.valid


def test_the_seal_is_of_the_strongest_tag_manifest(tmp_path: Path) -> None:
    from preserve.digests import sha256

    bag(tmp_path / "bag", algorithms=("md5", "sha256", "sha512"))
    seal = sha256((tmp_path / "bag/tagmanifest-sha512.txt").read_bytes())
    for depth in Depth:
        report = verify(tmp_path / "bag", depth=depth, seal=seal.upper())
        assert (report.seal, report.valid) == (seal, True)


def test_a_bag_rewritten_whole_is_valid_but_not_under_its_seal(tmp_path: Path) -> None:
    bag(tmp_path / "one" / "bag")
    bag(tmp_path / "two" / "bag", payload={"source/05STRELSAU1.txt": b"forged\n", "record/05STRELSAU1.json": b"{}\n"})
    seal = verify(tmp_path / "one" / "bag").seal
    assert verify(tmp_path / "two" / "bag").valid
    forged = verify(tmp_path / "two" / "bag", seal=seal)
    assert found(forged) == {"seal-differs"}


@contextmanager
def opened_paths() -> Iterator[list[str]]:
    """The paths that Python opens meanwhile, by its own audit events."""
    import sys

    paths: list[str] = []
    active = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if active and event in {"open", "os.scandir", "os.listdir"}:
            paths.append(os.fspath(arguments[0]) if isinstance(arguments[0], str | Path) else str(arguments[0]))

    sys.addaudithook(hook)
    try:
        yield paths
    finally:
        active = False


OUTWARD = [each for each in FIXTURES if each.name.startswith(("path-leaves-bag", "link-in-bag"))]


@pytest.mark.parametrize("fixture", OUTWARD, ids=lambda each: each.name)
def test_nothing_outside_the_bag_is_opened(fixture: Fixture, tmp_path: Path) -> None:
    root = tmp_path / "bag"
    fixture.build(root)
    with opened_paths() as paths:
        verify(root)
    assert paths
    # Below its base directory parts of a path are opened for themselves, so names are seen too, and descriptors.
    assert [path for path in paths if "/" in path and not Path(path).is_relative_to(root)] == []
    assert [path for path in paths if ".." in path or "evil" in path] == []


def test_a_file_that_was_exchanged_for_a_link_since_is_not_followed(tmp_path: Path) -> None:
    from preserve.bag.containers.folder import DirectoryContainer

    bag(tmp_path / "bag")
    put(tmp_path / "evil" / "05STRELSAU1.txt", b"secret")
    container = DirectoryContainer(tmp_path / "bag")
    entry = container.listing().entries[FIRST]
    (tmp_path / "bag/data/source").rename(tmp_path / "away")
    (tmp_path / "bag/data/source").symlink_to(tmp_path / "evil")
    for _entry, chunks in container.contents([entry]):
        with pytest.raises(NotADirectoryError):
            next(chunks)


def test_a_file_that_became_a_pipe_since_does_not_hang(tmp_path: Path) -> None:
    from preserve.bag.containers.folder import DirectoryContainer

    bag(tmp_path / "bag")
    container = DirectoryContainer(tmp_path / "bag")
    entry = container.listing().entries[FIRST]
    (tmp_path / "bag" / FIRST).unlink()
    os.mkfifo(tmp_path / "bag" / FIRST)
    for _entry, chunks in container.contents([entry]):
        with pytest.raises(OSError, match="it changed"):
            next(chunks)


def test_the_bag_itself_may_be_named_by_a_link(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    (tmp_path / "alias").symlink_to("bag")
    report = verify(tmp_path / "alias")
    assert (report.valid, report.name) == (True, "bag")


def test_names_that_are_not_unicode_are_reported_in_words_that_can_be_printed(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    put(tmp_path / "bag" / "data" / os.fsdecode(b"caf\xe9"), b"")
    report = verify(tmp_path / "bag", depth=Depth.COMPLETE)
    assert "data/caf\\xe9" in {finding.where for finding in report.findings}
    assert all(finding.where.encode("utf-8") and finding.message.encode("utf-8") for finding in report.findings)


@pytest.mark.parametrize("make", ["nothing", "text", "pipe", "nul"])
def test_what_is_no_bag_at_all_raises(make: str, tmp_path: Path) -> None:
    path = tmp_path / "it"
    if make == "text":
        path.write_text("not a tar\n" * 100)
    elif make == "pipe":
        os.mkfifo(path)
    elif make == "nul":
        path = tmp_path / "a\0b"
    with pytest.raises(BagError) as caught:
        verify(path)
    assert caught.value.hint


def test_a_folder_that_cannot_be_listed_raises(open_place: Path) -> None:
    bag(open_place / "bag")
    (open_place / "bag").chmod(0)
    with without_rights(), pytest.raises(BagError, match="Permission denied"):
        verify(open_place / "bag")


def test_a_flood_of_findings_is_cut_and_no_kind_is_lost(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    (tmp_path / "bag" / FIRST).unlink()
    put(tmp_path / "bag/manifest-sha512.txt", (tmp_path / "bag/manifest-sha512.txt").read_bytes() + b"x\n" * 5000)
    few = Limits(findings=1000)
    report = verify(tmp_path / "bag", limits=few)
    assert found(report) == {
        "empty-folder",
        "manifest-line-malformed",
        "oxum-differs",
        "payload-missing",
        "tag-file-altered",
        "limit-exceeded",
    }
    assert len(report.findings) < 1010
    assert {each.severity for each in report.findings if each.code == "limit-exceeded"} == {Severity.NOTE}
    assert report.verdict is Verdict.INVALID
    assert "seal-differs" in found(verify(tmp_path / "bag", seal="0" * 64, limits=few))


def test_a_verified_bag_is_as_it_was(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    for path in [tmp_path / "bag", *sorted((tmp_path / "bag").rglob("*"))]:
        os.utime(path, (1, 1))
    verify(tmp_path / "bag")
    assert {path.stat().st_mtime for path in (tmp_path / "bag").rglob("*")} == {1.0}
