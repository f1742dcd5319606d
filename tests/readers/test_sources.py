"""Sources as the user names them: what is walked, what is passed over, what is told."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from preserve.errors import SourceError
from preserve.readers import SourceRef
from preserve.readers.sources import LARGEST, load, walk


def page(folder: Path, name: str, data: bytes = b"text") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_folder_is_walked_in_a_fixed_order(tmp_path: Path) -> None:
    for name in ["b.txt", "a.txt", "c/d.txt", "c/.hidden", ".hidden/e.txt"]:
        page(tmp_path, name)
    names = [ref.where.removeprefix(f"{tmp_path}/") for ref in walk([str(tmp_path)])]
    assert names == ["a.txt", "b.txt", "c/d.txt"]


def test_archives_and_bags_inside_a_folder_are_passed_over(tmp_path: Path) -> None:
    page(tmp_path, "archive/0=preserve_archive_1.0")
    page(tmp_path, "archive/bags/x.txt")
    page(tmp_path, "bag/bagit.txt")
    page(tmp_path, "bag/data/x.txt")
    one = page(tmp_path, "z.txt")
    assert [ref.path for ref in walk([str(tmp_path)])] == [one]


def test_links_to_folders_are_not_followed_but_links_to_files_are_read(tmp_path: Path) -> None:
    target = page(tmp_path, "outside/page.txt", b"linked")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "loop").symlink_to(tmp_path)
    (tmp_path / "in" / "link.txt").symlink_to(target)
    [ref] = walk([str(tmp_path / "in")])
    assert load(ref).data == b"linked"


@pytest.mark.parametrize("names", [[], [".hidden"]])
def test_a_folder_without_files_says_so(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        page(tmp_path, name)
    [ref] = walk([str(tmp_path)])
    with pytest.raises(SourceError, match="has no files to read"):
        load(ref)


def test_standard_input_is_an_item() -> None:
    [ref] = walk(["-"], stdin=io.BytesIO(b"page"))
    item = load(ref)
    assert (item.name, item.data, item.where) == ("stdin", b"page", "standard input")


def test_standard_input_is_bounded() -> None:
    [ref] = walk(["-"], stdin=io.BytesIO(bytes(LARGEST + 1)))
    with pytest.raises(SourceError, match="larger than 16 MiB"):
        load(ref)


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as stream:
        stream.truncate(LARGEST + 1)
    with pytest.raises(SourceError, match="larger than 16 MiB"):
        load(SourceRef(str(path), path))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    [ref] = walk([str(tmp_path / "nothing.txt")])
    with pytest.raises(SourceError, match="no such file or folder"):
        load(ref)


def test_a_broken_link_is_told(tmp_path: Path) -> None:
    (tmp_path / "broken").symlink_to(tmp_path / "nothing")
    [ref] = walk([str(tmp_path)])
    with pytest.raises(SourceError, match="no such file or folder"):
        load(ref)


def test_a_named_pipe_does_not_hold_up_a_batch(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    [ref] = walk([str(tmp_path)])
    with pytest.raises(SourceError, match="not a regular file"):
        load(ref)


def test_a_file_without_permission_is_told(
    tmp_path: Path, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    path = page(tmp_path, "secret.txt")
    path.chmod(0)
    with unprivileged(), pytest.raises(SourceError, match="you may not read it"):
        load(SourceRef(str(path), path))


def test_a_name_that_is_no_utf_8_is_told_with_escapes(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    (tmp_path / name).write_bytes(b"text")
    [ref] = walk([str(tmp_path)])
    item = load(ref)
    assert (item.name, item.data) == ("caf\\xe9.txt", b"text")
    assert item.where.endswith("caf\\xe9.txt")
