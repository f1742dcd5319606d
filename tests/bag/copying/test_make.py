"""Bags of any files: what goes in, what comes out, and that nothing appears when something is wrong."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from tests.bag.making import dead_stage
from tests.bag.second_opinion import bagit_python_accepts
from tests.bag.trees import grow, tree, trees
from tests.selection import examples

from preserve.bag.copying import make as room
from preserve.bag.copying.extract import extract_bag
from preserve.bag.copying.gather import SourceFile, gather_files
from preserve.bag.copying.make import Recipe, make_bag
from preserve.bag.model import Depth, Form
from preserve.bag.verifying.profile import Profile
from preserve.bag.verifying.verification import verify
from preserve.errors import ArchiveError, SourceError, UsageError
from preserve.findings import Severity, worst

RECIPE = Recipe("bag", (("Bagging-Date", "2005-12-01"),))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    root = tmp_path / "source"
    (root / "sub").mkdir(parents=True)
    (root / "a.txt").write_bytes(b"aa\n")
    (root / "sub" / "50%.txt").write_bytes(b"b")
    return root


@pytest.mark.parametrize("form", Form)
def test_the_bag_is_valid_and_the_source_untouched(form: Form, source: Path, tmp_path: Path) -> None:
    before = [(path, path.lstat()) for path in sorted(source.rglob("*"))]
    recipe = Recipe("bag", RECIPE.info, form=form, algorithms=("SHA-256", "md5"), reread=True)
    made = make_bag([source], tmp_path / "new" / "bags", recipe)
    assert made.bag is not None
    report = verify(made.bag.path, seal=made.bag.seal)
    assert (report.valid, report.form, report.files, report.bytes) == (True, form, 2, 4)
    assert {each.code for each in report.findings} == {"algorithm-weak"}
    assert report.info == (("Bagging-Date", "2005-12-01"), ("Payload-Oxum", "4.2"), ("Bag-Size", "4 B"))
    untouched = [
        (path, was.st_ino, was.st_mtime_ns, was.st_mode) == (path, now.st_ino, now.st_mtime_ns, now.st_mode)
        for (path, was), now in zip(before, (path.lstat() for path, _ in before), strict=True)
    ]
    assert all(untouched)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "source"]


def test_the_octets_of_a_folder(source: Path, tmp_path: Path) -> None:
    made = make_bag([source], tmp_path / "bags", RECIPE)
    assert made.bag is not None
    content = tree(made.bag.path)
    assert content["data/sub/50%.txt"] == b"b"
    digests = [hashlib.sha512(data).hexdigest() for data in (b"aa\n", b"b")]
    assert content["manifest-sha512.txt"] == f"{digests[0]}  data/a.txt\n{digests[1]}  data/sub/50%25.txt\n".encode()
    assert made.bag.size == sum(len(data) for data in content.values() if data is not None)


@pytest.mark.parametrize("form", Form)
def test_the_same_files_give_the_same_bytes(form: Form, source: Path, tmp_path: Path) -> None:
    recipe = Recipe("bag", RECIPE.info, form=form)
    for name in ("one", "two"):
        make_bag([source], tmp_path / name, recipe)
        os.utime(source / "a.txt", ns=(1, 1))
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


@examples(60)
@given(trees, st.sampled_from(Form), st.sampled_from([("sha512",), ("md5", "sha256")]))
def test_any_tree_is_bagged_and_comes_out_again(
    content: dict[str, object], form: Form, algorithms: tuple[str, ...]
) -> None:
    with tempfile.TemporaryDirectory() as place:
        source = Path(place, "source")
        grow(source, content)
        gathered = gather_files([source])
        made = make_bag([source], Path(place, "bags"), Recipe("bag", form=form, algorithms=algorithms, reread=True))
        if worst(gathered.findings) is Severity.ERROR:
            assert (made.bag, made.findings) == (None, gathered.findings)
            assert not Path(place, "bags").exists()
            return
        assert made.bag is not None
        assert verify(made.bag.path, seal=made.bag.seal).valid
        out = extract_bag(made.bag.path, Path(place, "out"))
        assert out.whole
        assert tree(Path(place, "out")) == tree(source)


def test_a_second_program_accepts_it(source: Path, tmp_path: Path) -> None:
    (source / "sub" / "50%.txt").rename(source / "sub" / "\u00fc b.txt")
    (source / ".hidden").write_bytes(b"")
    (source / "empty").mkdir()
    made = make_bag([source], tmp_path / "bags", Recipe("bag", algorithms=("sha256", "sha512", "md5")))
    assert made.bag is not None
    assert bagit_python_accepts(made.bag.path)


def test_a_refused_source_gives_every_reason_and_writes_nothing(source: Path, tmp_path: Path) -> None:
    (source / "link").symlink_to("a.txt")
    (source / "A.txt").write_bytes(b"x")
    made = make_bag([source], tmp_path / "bags", RECIPE)
    assert made.bag is None
    assert [each.code for each in made.findings] == ["link-in-bag", "names-differ-by-case"]
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


@pytest.mark.parametrize("place", [".", "sub", "sub/new/deeper"])
def test_a_place_in_the_source_is_refused(place: str, source: Path) -> None:
    with pytest.raises(UsageError, match="lies in"):
        make_bag([source], source / place, RECIPE)
    assert sorted(path.name for path in source.rglob("*")) == ["50%.txt", "a.txt", "sub"]


def test_a_place_that_leads_into_the_source_is_refused(source: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(source)
    with pytest.raises(UsageError, match="lies in"):
        make_bag([source], tmp_path / "link" / "bags", RECIPE)


def test_a_bag_is_never_replaced(source: Path, tmp_path: Path) -> None:
    make_bag([source], tmp_path, RECIPE)
    before = tree(tmp_path)
    with pytest.raises(ArchiveError, match="already there"):
        make_bag([source], tmp_path, RECIPE)
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe("no/name"),
        Recipe(".hidden"),
        Recipe("bag", (("Payload-Oxum", "1.1"),)),
        Recipe("bag", (("a:b", "c"),)),
        Recipe("bag", algorithms=("crc32",)),
        Recipe("bag", algorithms=("sha256", "SHA-256")),
    ],
)
def test_a_recipe_that_is_off_is_told(recipe: Recipe, source: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        make_bag([source], tmp_path / "bags", recipe)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_a_file_that_changes_while_it_is_copied_ends_it(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def growing(file: SourceFile) -> Iterator[bytes]:
        with Path(file.place).open("ab") as stream:
            stream.write(b"more")
        yield Path(file.place).read_bytes()

    for read in (growing, lambda _file: iter((b"",))):
        monkeypatch.setattr(room, "read_source", read)
        for form in Form:
            with pytest.raises(SourceError, match=r"data/a\.txt could not be read"):
                make_bag([source], tmp_path / "bags", Recipe("bag", form=form))
            assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_an_interrupt_leaves_nothing(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_file: SourceFile) -> Iterator[bytes]:
        yield b"a"
        raise KeyboardInterrupt

    monkeypatch.setattr(room, "read_source", interrupted)
    for form in Form:
        with pytest.raises(KeyboardInterrupt):
            make_bag([source], tmp_path / "bags", Recipe("bag", form=form))
        assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_no_more_is_begun_than_there_is_room_for(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    with (source / "sparse").open("wb") as file:
        file.truncate(1 << 43)
    with pytest.raises(ArchiveError, match="has room for"):
        make_bag([source], tmp_path / "bags", RECIPE)
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_what_a_dead_run_left_is_removed_unless_it_may_be_of_others(source: Path, tmp_path: Path) -> None:
    dead_stage(tmp_path / ".stage-abcd1234")
    make_bag([source], tmp_path / "bags", RECIPE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bags", "source"]
    (tmp_path / ".stage-production").mkdir()
    (tmp_path / ".stage-download").mkdir()
    dead_stage(tmp_path / ".stage-abcd1234")
    make_bag([source], tmp_path / "more", RECIPE)
    assert sorted(path.name for path in tmp_path.glob(".stage-*")) == [".stage-download", ".stage-production"]


# --- profiles ---


def test_what_a_profile_asks_is_told_before_anything_is_written(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "read_source", None)  # nobody reads
    made = make_bag([source], tmp_path / "bags", Recipe("bag", RECIPE.info, profile=Profile.by_name("btr")))
    assert made.bag is None
    missing = [each.message for each in made.findings if each.code == "profile-field-missing"]
    assert missing == ["Source-Organization is required"]
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


@pytest.mark.parametrize("name", ["btr", "swordbagit"])
def test_a_bag_made_to_a_profile_meets_it(name: str, source: Path, tmp_path: Path) -> None:
    profile = Profile.by_name(name)
    info = [
        (label, rule.values[0] if rule.values else "Ruritanian State Archive")
        for label, rule in profile.info.items()
        if rule.required and label.lower() not in {"payload-oxum", "bag-size", "bagit-profile-identifier"}
    ]
    made = make_bag([source], tmp_path / "bags", Recipe("bag", tuple(info), profile=profile))
    assert made.bag is not None, made.findings
    report = verify(made.bag.path, depth=Depth.FULL, profile=profile)
    assert report.valid, report.findings
    assert ("BagIt-Profile-Identifier", profile.identifier) in report.info


@pytest.mark.parametrize(
    ("members", "form", "algorithms"),
    [
        ({"Serialization": "required", "Accept-Serialization": ["application/zip"]}, Form.ZIP, {"sha512"}),
        ({"Serialization": "required", "Accept-Serialization": ["application/tar"]}, Form.TAR, {"sha512"}),
        ({"Serialization": "optional", "Manifests-Required": ["md5", "sha256"]}, Form.DIRECTORY, {"md5", "sha256"}),
        ({"Manifests-Allowed": ["md5", "sha256"]}, Form.DIRECTORY, {"sha256"}),
    ],
)
def test_form_and_algorithms_are_those_of_the_profile_where_none_are_asked_for(
    members: dict[str, object], form: Form, algorithms: set[str], source: Path, tmp_path: Path
) -> None:
    profile = Profile.parse(
        json.dumps(
            {
                "BagIt-Profile-Info": {"BagIt-Profile-Identifier": "https://strelsau.example/profile.json"},
                "Accept-BagIt-Version": ["1.0"],
                **members,
            }
        )
    )
    made = make_bag([source], tmp_path / "bags", Recipe("bag", profile=profile))
    assert made.bag is not None
    assert made.bag.form is form
    if form is Form.DIRECTORY:
        assert {path.name for path in made.bag.path.glob("manifest-*")} == {f"manifest-{a}.txt" for a in algorithms}


def test_a_claim_is_not_made_twice(source: Path, tmp_path: Path) -> None:
    profile = Profile.by_name("swordbagit")
    claim = ("bagit-profile-identifier", profile.identifier)
    made = make_bag([source], tmp_path / "bags", Recipe("bag", (claim,), profile=profile))
    assert made.bag is not None, made.findings
    assert [value for label, value in verify(made.bag.path).info if label.lower() == claim[0]] == [profile.identifier]


# --- memory ---

MAKE = """
import resource, sys
from pathlib import Path
from preserve.bag.copying.make import Recipe, make_bag
from preserve.bag.model import Form
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert make_bag([Path(sys.argv[1])], Path(sys.argv[2]), Recipe("bag", form=Form(sys.argv[3]))).bag
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("form", Form)
def test_a_large_file_does_not_need_much_memory(form: Form, tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    with (tmp_path / "source" / "sparse").open("wb") as file:
        file.truncate(100 << 20)
    command = [sys.executable, "-c", MAKE, str(tmp_path / "source"), str(tmp_path / "bags"), form.value]
    grown = int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    unit = 1 if sys.platform == "darwin" else 1 << 10
    assert grown * unit < 24 << 20


def test_tag_files_of_its_own_are_listed_in_the_tag_manifests(source: Path, tmp_path: Path) -> None:
    tags = (("aptrust-info.txt", b"Title: Ruritania\n"), ("notes/a/b.txt", b"b"), ("notes/c.txt", b"c"))
    for form in Form:
        made = make_bag([source], tmp_path / form, replace(RECIPE, form=form, tags=tags))
        assert made.bag is not None
        report = verify(made.bag.path, seal=made.bag.seal)
        assert (report.valid, report.findings) == (True, ())
    root = tmp_path / "directory" / "bag"
    listed = [line.split("  ")[1] for line in (root / "tagmanifest-sha512.txt").read_text().splitlines()]
    assert sorted(listed) == sorted(["bag-info.txt", "bagit.txt", "manifest-sha512.txt", *(path for path, _ in tags)])
    assert {path: (root / path).read_bytes() for path, _ in tags} == dict(tags)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("../x", "climbs"),
        ("/x", "absolute"),
        ("data/x", "no tag file of your own"),
        ("data", "no tag file of your own"),
        ("bagit.txt", "no tag file of your own"),
        ("BAG-INFO.TXT", "no tag file of your own"),
        ("fetch.txt", "no tag file of your own"),
        ("manifest-crc32.txt", "no tag file of your own"),
        ("tagmanifest-sha512.txt", "no tag file of your own"),
        ("a.txt/b", "share the place"),
        ("a.txt", "share the place"),
    ],
)
def test_what_is_no_tag_file_of_ones_own(path: str, says: str, source: Path, tmp_path: Path) -> None:
    recipe = replace(RECIPE, tags=(("a.txt", b""), (path, b"")))
    with pytest.raises(UsageError, match=says):
        make_bag([source], tmp_path / "bags", recipe)
    assert not (tmp_path / "bags").exists()


def test_a_profile_that_asks_for_a_tag_file_can_be_met(source: Path, tmp_path: Path) -> None:
    profile = Profile.by_name("aptrust")
    info = (*RECIPE.info, ("Source-Organization", "Ruritanian State Archive"))
    recipe = replace(RECIPE, info=info, profile=profile, form=Form.TAR)
    without = make_bag([source], tmp_path / "bags", recipe)
    assert without.bag is None
    assert "profile-tag-file-missing" in {each.code for each in without.findings}
    fields = b"Title: Views of Strelsau\nAccess: Institution\nStorage-Option: Standard\n"
    made = make_bag([source], tmp_path / "bags", replace(recipe, tags=(("aptrust-info.txt", fields),)))
    assert made.bag is not None, made.findings
    assert verify(made.bag.path, profile=profile).valid
