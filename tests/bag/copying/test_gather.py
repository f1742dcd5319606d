"""The walk over what is to be bagged: every reason not to bag it, at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.bag.conftest import without_rights

from preserve.bag.copying.gather import Gathered, Hidden, Links, gather_files, read_source
from preserve.bag.limits import Limits
from preserve.errors import SourceError, UsageError
from preserve.findings import Severity, worst


def is_refused(what: Gathered) -> bool:
    return worst(what.findings) is Severity.ERROR


def codes(what: Gathered) -> list[tuple[str, str]]:
    return [(each.code, each.where) for each in what.findings]


def paths(what: Gathered) -> list[str]:
    return [file.path for file in what.files]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    root = tmp_path / "source"
    (root / "sub").mkdir(parents=True)
    (root / "a.txt").write_bytes(b"aa")
    (root / "sub" / "b.txt").write_bytes(b"b")
    return root


def test_one_folder_gives_its_content_and_several_sources_keep_their_names(source: Path, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_bytes(b"1")
    alone = gather_files([source])
    assert (paths(alone), alone.size, is_refused(alone)) == (["data/a.txt", "data/sub/b.txt"], 3, False)
    assert paths(gather_files([tmp_path / "one.txt"])) == ["data/one.txt"]
    both = gather_files([source, tmp_path / "one.txt"])
    assert paths(both) == ["data/one.txt", "data/source/a.txt", "data/source/sub/b.txt"]
    assert paths(gather_files([source / "sub" / "..", tmp_path / "one.txt"])) == paths(both)


def test_a_source_that_is_a_link_is_followed(source: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(source)
    assert paths(gather_files([tmp_path / "link"])) == ["data/a.txt", "data/sub/b.txt"]


def test_a_source_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No such file"):
        gather_files([tmp_path / "none"])


def test_sources_of_one_name_are_refused(source: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "SOURCE").mkdir()
    with pytest.raises(UsageError, match="would both be"):
        gather_files([source, tmp_path / "other" / "SOURCE"])


def test_all_links_are_listed_and_none_is_followed(source: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (source / "out").symlink_to(tmp_path / "secret")
    (source / "in").symlink_to("a.txt")
    (source / "dead").symlink_to("nowhere")
    refused = gather_files([source])
    assert codes(refused) == [("link-in-bag", f"data/{name}") for name in ("dead", "in", "out")]
    assert is_refused(refused)
    skipped = gather_files([source], links=Links.SKIP)
    assert (codes(skipped), sorted(skipped.left_out)) == ([], ["data/dead", "data/in", "data/out"])
    assert paths(skipped) == ["data/a.txt", "data/sub/b.txt"]
    followed = gather_files([source], links=Links.FOLLOW_INSIDE)
    assert codes(followed) == [("link-in-bag", "data/dead"), ("link-in-bag", "data/out")]
    assert paths(followed) == ["data/a.txt", "data/in", "data/sub/b.txt"]
    assert next(read_source(followed.files[1])) == b"aa"


def test_a_link_to_a_folder_is_followed_but_not_in_circles(source: Path) -> None:
    (source / "again").symlink_to("sub")
    assert "data/again/b.txt" in paths(gather_files([source], links=Links.FOLLOW_INSIDE))
    (source / "sub" / "up").symlink_to("..")
    (source / "sub" / "self").symlink_to(".")
    around = gather_files([source], links=Links.FOLLOW_INSIDE)
    assert {code for code, _where in codes(around)} == {"link-in-bag"}
    assert ("link-in-bag", "data/sub/up") in codes(around)
    assert ("link-in-bag", "data/sub/self") in codes(around)


def test_a_neighbour_whose_name_begins_alike_is_outside(source: Path, tmp_path: Path) -> None:
    (tmp_path / "source-evil").mkdir()
    (tmp_path / "source-evil" / "x").write_bytes(b"x")
    (source / "out").symlink_to(tmp_path / "source-evil" / "x")
    assert codes(gather_files([source], links=Links.FOLLOW_INSIDE)) == [("link-in-bag", "data/out")]


def test_hidden_names_are_counted_left_out_or_refused(source: Path) -> None:
    (source / ".git").mkdir()
    (source / ".git" / "config").write_bytes(b"x")
    (source / "sub" / ".keep").write_bytes(b"")
    included = gather_files([source])
    assert (included.hidden, included.left_out, included.findings) == (2, (), ())
    assert paths(included) == ["data/.git/config", "data/a.txt", "data/sub/.keep", "data/sub/b.txt"]
    skipped = gather_files([source], hidden=Hidden.SKIP)
    assert (skipped.hidden, sorted(skipped.left_out)) == (0, ["data/.git", "data/sub/.keep"])
    assert paths(skipped) == ["data/a.txt", "data/sub/b.txt"]
    assert codes(gather_files([source], hidden=Hidden.REFUSE)) == [
        ("hidden-file", "data/.git"),
        ("hidden-file", "data/sub/.keep"),
    ]


def test_folders_in_which_nothing_is_bagged_are_told(source: Path) -> None:
    (source / "empty" / "below").mkdir(parents=True)
    (source / "bare").mkdir()
    (source / "bare" / ".x").write_bytes(b"x")
    what = gather_files([source], hidden=Hidden.SKIP)
    assert what.empty == ("data/bare", "data/empty/below")
    assert codes(what) == [("empty-folder", "data/bare"), ("empty-folder", "data/empty/below")]
    assert not is_refused(what)


def test_special_files_are_refused_unopened(source: Path) -> None:
    os.mkfifo(source / "pipe")
    assert codes(gather_files([source])) == [("special-file", "data/pipe")]


def test_names_that_no_manifest_or_no_other_system_could_hold_are_all_listed(source: Path) -> None:
    (source / "A.TXT").write_bytes(b"other")
    (source / "u\u0308").write_bytes(b"1")
    (source / "\u00fc").write_bytes(b"2")
    (source / "SUB").write_bytes(b"a file where elsewhere a folder is")
    (source / "..\\up").write_bytes(b"x")
    Path(os.fsdecode(os.fsencode(source) + b"/\xff")).write_bytes(b"x")
    assert codes(gather_files([source])) == [
        ("name-not-utf8", "data/\\xff"),
        ("names-differ-by-case", "data/a.txt"),
        ("names-differ-by-case", "data/sub/b.txt"),
        ("names-differ-by-form", "data/\u00fc"),
        ("path-leaves-bag", "data/..\\up"),
    ]


def test_everything_that_cannot_be_read_is_listed(open_place: Path) -> None:
    for name in ("one", "two"):
        (open_place / name).write_bytes(b"x")
        (open_place / name).chmod(0)
    (open_place / "folder").mkdir()
    (open_place / "folder").chmod(0)
    (open_place / "open").write_bytes(b"x")
    with without_rights():
        what = gather_files([open_place])
    assert codes(what) == [
        ("folder-unreadable", "data/folder"),
        ("payload-unreadable", "data/one"),
        ("payload-unreadable", "data/two"),
    ]
    assert is_refused(what)


def test_more_than_a_bag_can_list_is_refused(source: Path) -> None:
    assert codes(gather_files([source], limits=Limits(entries=2))) == [("limit-exceeded", "data")]


@pytest.mark.parametrize("change", ["grown", "cut", "other", "replaced"])
def test_a_file_that_is_no_longer_what_was_listed_is_not_read(change: str, source: Path) -> None:
    file = gather_files([source]).files[0]
    path = source / "a.txt"
    if change == "replaced":
        (source / "new").write_bytes(b"aa")
        (source / "new").rename(path)
    else:
        path.write_bytes({"grown": b"aaa", "cut": b"a", "other": b"xx"}[change])
        os.utime(path, ns=(0, 0))
    with pytest.raises(OSError, match="it changed"):
        list(read_source(file))


def test_a_file_that_changes_while_it_is_read_is_an_error(source: Path) -> None:
    (source / "a.txt").write_bytes(b"x" * 3_000_000)
    chunks = read_source(gather_files([source]).files[0])
    next(chunks)
    with (source / "a.txt").open("r+b") as file:
        file.write(b"y")
    os.utime(source / "a.txt", ns=(0, 0))
    with pytest.raises(OSError, match="it changed"):
        list(chunks)
