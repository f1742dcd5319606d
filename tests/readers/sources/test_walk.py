"""Sources as the user names them: what is walked, what is passed over, what is told."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from preserve.errors import SourceError
from preserve.readers.reader import SourceRef
from preserve.readers.source_bytes import LARGEST_SOURCE
from preserve.readers.sources.walk import load_source, walk_sources


def page(folder: Path, name: str, data: bytes = b"text") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_folder_is_walked_in_a_fixed_order(tmp_path: Path) -> None:
    for name in ["b.txt", "a.txt", "c/d.txt", "c/.hidden", ".hidden/e.txt"]:
        page(tmp_path, name)
    names = [ref.where.removeprefix(f"{tmp_path}/") for ref in walk_sources([str(tmp_path)])]
    assert names == ["a.txt", "b.txt", "c/d.txt"]


def test_archives_and_bags_inside_a_folder_are_passed_over(tmp_path: Path) -> None:
    page(tmp_path, "archive/0=preserve_archive_1.0")
    page(tmp_path, "archive/bags/x.txt")
    page(tmp_path, "bag/bagit.txt")
    page(tmp_path, "bag/data/x.txt")
    one = page(tmp_path, "z.txt")
    assert [ref.path for ref in walk_sources([str(tmp_path)])] == [one]


def test_links_to_folders_are_not_followed_but_links_to_files_are_read(tmp_path: Path) -> None:
    target = page(tmp_path, "outside/page.txt", b"linked")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "loop").symlink_to(tmp_path)
    (tmp_path / "in" / "link.txt").symlink_to(target)
    [ref] = walk_sources([str(tmp_path / "in")])
    assert load_source(ref).data == b"linked"


@pytest.mark.parametrize("names", [[], [".hidden"]])
def test_a_folder_without_files_says_so(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        page(tmp_path, name)
    [ref] = walk_sources([str(tmp_path)])
    with pytest.raises(SourceError, match="has no files to read"):
        load_source(ref)


def test_standard_input_is_an_item() -> None:
    [ref] = walk_sources(["-"], stdin=io.BytesIO(b"page"))
    item = load_source(ref)
    assert (item.name, item.data, item.where) == ("stdin", b"page", "standard input")


def test_standard_input_is_bounded() -> None:
    [ref] = walk_sources(["-"], stdin=io.BytesIO(bytes(LARGEST_SOURCE + 1)))
    with pytest.raises(SourceError, match="larger than 16 MiB"):
        load_source(ref)


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as stream:
        stream.truncate(LARGEST_SOURCE + 1)
    with pytest.raises(SourceError, match="larger than 16 MiB"):
        load_source(SourceRef(str(path), path))


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="files without a size are those of Linux")
def test_a_file_is_read_to_its_end_whatever_size_it_is_said_to_have() -> None:
    path = Path("/proc/self/status")
    assert path.stat().st_size == 0
    assert b"Pid:" in load_source(SourceRef(str(path), path)).data


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    [ref] = walk_sources([str(tmp_path / "nothing.txt")])
    with pytest.raises(SourceError, match="no such file or folder"):
        load_source(ref)


def test_a_broken_link_is_told(tmp_path: Path) -> None:
    (tmp_path / "broken").symlink_to(tmp_path / "nothing")
    [ref] = walk_sources([str(tmp_path)])
    with pytest.raises(SourceError, match="no such file or folder"):
        load_source(ref)


def test_a_named_pipe_does_not_hold_up_a_batch(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    [ref] = walk_sources([str(tmp_path)])
    with pytest.raises(SourceError, match="not a regular file"):
        load_source(ref)


def test_a_file_without_permission_is_told(
    tmp_path: Path, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    path = page(tmp_path, "secret.txt")
    path.chmod(0)
    with unprivileged(), pytest.raises(SourceError, match="you may not read it"):
        load_source(SourceRef(str(path), path))


def test_a_name_that_is_no_utf_8_is_told_with_escapes(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    (tmp_path / name).write_bytes(b"text")
    [ref] = walk_sources([str(tmp_path)])
    item = load_source(ref)
    assert (item.name, item.data) == ("caf\\xe9.txt", b"text")
    assert item.where.endswith("caf\\xe9.txt")


def test_a_folder_may_mix_pages_and_archives_of_them(tmp_path: Path) -> None:
    page(tmp_path, "a.txt", b"one")
    page(tmp_path, "b.html.gz", gzip.compress(b"two"))
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("d/e.txt", b"three")
    page(tmp_path, "f.txt", b"four")
    items = [load_source(ref) for ref in walk_sources([str(tmp_path)])]
    assert [item.where.removeprefix(f"{tmp_path}/") for item in items] == [
        "a.txt",
        "b.html.gz!b.html",
        "c.zip!d/e.txt",
        "f.txt",
    ]
    assert [item.data for item in items] == [b"one", b"two", b"three", b"four"]
    assert [item.container is None for item in items] == [True, False, False, True]


def test_the_path_and_the_release_go_with_the_item(tmp_path: Path) -> None:
    path = page(tmp_path, "cablegate-201012102105/x.txt")
    [ref] = walk_sources([str(tmp_path)], release="mine")
    item = load_source(ref)
    assert (item.name, item.path, item.release) == ("x.txt", str(path), "mine")
    [stdin] = walk_sources(["-"], stdin=io.BytesIO(b"page"), release="mine")
    assert (load_source(stdin).release, load_source(stdin).path) == ("mine", "")


def test_the_rows_of_a_table_are_items_and_a_broken_one_is_told(tmp_path: Path) -> None:
    row = b'"%d","11/18/2005 9:08","05STRELSAU%d","Embassy Strelsau","UNCLASSIFIED","","","UNCLAS"'
    path = page(tmp_path, "cables.csv", b"\n".join([row % (1, 1), b'"2","11/18/2005 9:08","cut', row % (3, 3)]) + b"\n")
    first, broken, last = walk_sources([str(tmp_path)], release="mine")
    assert [load_source(ref).data for ref in (first, last)] == [row % (1, 1), row % (3, 3)]
    item = load_source(last)
    assert (item.release, item.path) == ("mine", str(path))
    assert item.container is not None
    assert item.container.offset == path.read_bytes().index(row % (3, 3))
    with pytest.raises(SourceError, match="byte"):
        load_source(broken)
