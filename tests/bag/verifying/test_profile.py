"""BagIt Profiles: ours, and each requirement that a profile can make."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.bag.fixtures import bag, pack, pack_as
from tests.bag.profiles import CASES, INFO, profile

from preserve.bag.containers import folder
from preserve.bag.containers.entry import Entry
from preserve.bag.model import Depth
from preserve.bag.verifying.profile import KNOWN_PROFILES, Profile, TagRule
from preserve.bag.verifying.verification import verify
from preserve.contracts.contract import contract_bytes
from preserve.errors import UsageError


@pytest.mark.parametrize(("name", "expected", "asked"), CASES, ids=[name for name, _codes, _asked in CASES])
def test_a_bag_gives_exactly_what_it_lacks(name: str, expected: set[str], asked: Profile, tmp_path: Path) -> None:
    info = f"{INFO}Source: a\nSource: b\n"
    bag(tmp_path / "bag", payload={"a.txt": b"x"}, info=info, tags={"notes.txt": b"x"})
    report = verify(tmp_path / "bag", profile=asked)
    assert {finding.code for finding in report.findings} == expected
    assert report.valid is (expected <= {"profile-field-recommended"})


def test_a_forbidden_fetch_file_is_found(tmp_path: Path) -> None:
    bag(
        tmp_path / "bag",
        payload={"a.txt": b"x"},
        info=INFO,
        tags={"fetch.txt": b"https://example.org/a - data/a.txt\n"},
    )
    report = verify(tmp_path / "bag", profile=profile(**{"Allow-Fetch.txt": False}))
    assert [finding.code for finding in report.findings] == ["profile-fetch"]


def test_a_tar_is_held_to_the_accepted_media_types(tmp_path: Path) -> None:
    bag(tmp_path / "bag", payload={"a.txt": b"x"}, info=INFO)
    packed = pack(tmp_path / "bag")
    for accepted in ("application/tar", "application/x-tar"):
        assert verify(packed, profile=profile(Accept_Serialization=[accepted])).valid
    for refused in (profile(Serialization="forbidden"), profile(Accept_Serialization=["application/zip"]), profile()):
        assert [each.code for each in verify(packed, profile=refused).findings] == ["profile-serialization"]


@pytest.mark.parametrize(
    ("suffix", "accepted"),
    [
        (".zip", "application/x-zip-compressed"),
        (".tar.gz", "application/x-tar+gzip"),
        (".tar.gz", "application/tar+gzip"),
        (".tar.bz2", "application/x-bzip2"),
        (".tar.xz", "application/x-tar+xz"),
        (".tar.zst", "application/zstd"),
    ],
)
def test_an_archive_is_of_the_types_that_published_profiles_name(suffix: str, accepted: str, tmp_path: Path) -> None:
    bag(tmp_path / "bag", payload={"a.txt": b"x"}, info=INFO)
    packed = pack_as(tmp_path / "bag", suffix)
    assert verify(packed, profile=profile(Accept_Serialization=[accepted])).valid
    assert not verify(packed, profile=profile(Accept_Serialization=["application/tar"])).valid


def test_a_profile_may_ask_that_an_archive_has_the_name_of_its_folder(tmp_path: Path) -> None:
    asked = profile(Accept_Serialization=["application/tar"], Deserialization_Match_Required=True)
    bag(tmp_path / "bag", payload={"a.txt": b"x"}, info=INFO)
    packed = pack(tmp_path / "bag")
    assert verify(packed, profile=asked).valid
    renamed = verify(packed.rename(tmp_path / "other.tar"), profile=asked)
    assert [each.code for each in renamed.findings] == ["archive-name-differs", "profile-serialization"]
    assert Profile.by_name("aptrust").name_matches


ABOUT = '"BagIt-Profile-Info": {"BagIt-Profile-Identifier": "a"}'
KNOWN = f'{ABOUT}, "Accept-BagIt-Version": ["1.0"]'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        '{"BagIt-Profile-Info": []}',
        f"{{{ABOUT}}}",
        f'{{{ABOUT}, "Accept-BagIt-Version": "1.0"}}',
        f'{{{KNOWN}, "Serialization": "yes"}}',
        f'{{{KNOWN}, "Bag-Info": {{"A": 1}}}}',
        f'{{{KNOWN}, "Data-Empty": "no"}}',
        f'{{{KNOWN}, "Manifests-Required": ["x"]}}',
    ],
)
def test_what_is_no_profile_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        Profile.parse(text)


def test_a_profile_without_a_version_of_the_specification_is_of_1_1() -> None:
    text = '{"BagIt-Profile-Info": {"BagIt-Profile-Identifier": "a"}, "Accept-BagIt-Version": ["0.97"]}'
    assert Profile.parse(text).specification == "1.1.0"


def test_ours_is_a_subset_of_beyond_the_repository() -> None:
    """What meets ours, names its organisation and is not in Zstandard meets BTR 1.0."""
    ours = Profile.ours()
    required = {label for label, rule in ours.info.items() if rule.required}
    assert {"Bagging-Date", "Payload-Oxum"} <= required
    assert "Source-Organization" in ours.info
    assert set(ours.manifests_allowed or ()) <= {"md5", "sha1", "sha256", "sha512"}
    assert set(ours.tag_manifests_allowed or ()) <= {"md5", "sha1", "sha256", "sha512"}
    assert not ours.fetch_allowed
    assert set(ours.versions) <= {"0.97", "1.0"}
    assert set(ours.media_types) - {"application/zstd"} <= {"application/tar", "application/x-tar", "application/zip"}
    assert ours.media_types[0] == "application/tar"


def test_ours_is_complete_and_consistent() -> None:
    document = json.loads(contract_bytes("bagit-profile-1.0.json"))
    ours = Profile.ours()
    assert ours.specification == "1.4.0"
    assert set(document["BagIt-Profile-Info"]) >= {"Source-Organization", "External-Description", "Version"}
    assert set(ours.manifests_required) <= set(ours.manifests_allowed or ())
    assert set(ours.tag_manifests_required) <= set(ours.tag_manifests_allowed or ())
    assert "BagIt-Profile-Identifier" not in ours.info


@pytest.mark.parametrize("name", KNOWN_PROFILES)
def test_each_profile_that_has_a_name_is_there(name: str) -> None:
    asked = Profile.by_name(name)
    assert asked.identifier.startswith(("https://", "http://"))
    assert asked.versions


def test_a_name_that_we_do_not_know_is_refused() -> None:
    with pytest.raises(UsageError, match="btrr") as caught:
        Profile.by_name("btrr")
    assert "btr" in str(caught.value.hint)


DART = {
    "name": "Strelsau",
    "acceptBagItVersion": ["1.0"],
    "acceptSerialization": ["application/tar"],
    "allowFetchTxt": False,
    "bagItProfileInfo": {"bagItProfileIdentifier": "https://example.org/dart.json", "bagItProfileVersion": ""},
    "manifestsRequired": ["sha-512"],
    "manifestsAllowed": [],
    "tagFilesAllowed": [],
    "serialization": "optional",
    "tarDirMustMatchName": True,
    "tags": [
        {"tagFile": "bagit.txt", "tagName": "BagIt-Version", "required": True, "values": ["1.0"]},
        {"tagFile": "bag-info.txt", "tagName": "Access", "required": True, "values": ["open", "restricted"]},
        {"tagFile": "strelsau-info.txt", "tagName": "Title", "required": True, "emptyOk": False},
        {"tagFile": "strelsau-info.txt", "tagName": "Note", "required": False, "emptyOk": True, "values": []},
    ],
}


def test_a_profile_of_dart_asks_the_same_as_the_specification_would() -> None:
    asked = Profile.parse(json.dumps(DART))
    assert (asked.identifier, asked.specification) == ("https://example.org/dart.json", "1.1.0")
    assert asked.manifests_required == ("sha512",)
    assert asked.name_matches
    assert (asked.manifests_allowed, asked.tag_files_allowed, asked.fetch_allowed) == (None, None, False)
    assert asked.info == {"Access": TagRule(required=True, values=("open", "restricted"))}
    assert asked.other_info == {"strelsau-info.txt": {"Title": TagRule(required=True, filled=True), "Note": TagRule()}}


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, ["profile-tag-file-missing"]),
        ({"strelsau-info.txt": b"Title: Cables of 2005\n"}, []),
        ({"strelsau-info.txt": b"Title: \n"}, ["profile-field-value"]),
        ({"strelsau-info.txt": b"Note: x\n"}, ["profile-field-missing"]),
        ({"strelsau-info.txt": b"Title: " + b"x" * (1 << 20)}, ["profile-field-missing"]),
    ],
)
def test_the_fields_of_another_tag_file_are_held_to_a_profile(
    tags: dict[str, bytes], expected: list[str], tmp_path: Path
) -> None:
    info = "Access: restricted\nBagIt-Profile-Identifier: https://example.org/dart.json\n"
    bag(tmp_path / "bag", info=info, tags=tags)
    report = verify(tmp_path / "bag", profile=Profile.parse(json.dumps(DART)))
    assert [finding.code for finding in report.findings] == expected


def test_another_tag_file_that_cannot_be_read_has_no_fields(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = "Access: restricted\nBagIt-Profile-Identifier: https://example.org/dart.json\n"
    bag(tmp_path / "bag", info=info, tags={"strelsau-info.txt": b"Title: x\n"})
    read = folder._read

    def broken(beneath: folder._Beneath, entry: Entry) -> Iterator[bytes]:
        if entry.path == "strelsau-info.txt":
            raise OSError(5, "Input/output error")
        return read(beneath, entry)

    monkeypatch.setattr(folder, "_read", broken)
    found = verify(tmp_path / "bag", profile=Profile.parse(json.dumps(DART)), depth=Depth.COMPLETE).findings
    assert "profile-field-missing" in {finding.code for finding in found}


@pytest.mark.parametrize(
    "broken",
    [
        {**DART, "bagItProfileInfo": []},
        {**DART, "tags": [{"tagFile": "bag-info.txt", "tagName": "A", "required": "yes"}]},
        {**DART, "manifestsRequired": "md5"},
    ],
)
def test_what_is_no_profile_of_dart_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        Profile.parse(json.dumps(broken))


def test_tags_that_are_no_list_ask_nothing() -> None:
    assert Profile.parse(json.dumps({**DART, "tags": "none"})).info == {}
