"""Octets of files: as many as are asked for, wherever they begin, and asked of the disk before they are read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from preserve.digests import CHUNK
from preserve.octets.read_ahead import read_chunks

SIZE = 11 * CHUNK + 5


@contextmanager
def opened(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large"
    path.write_bytes(bytes(range(251)) * (SIZE // 251) + bytes(SIZE % 251))
    return path


@pytest.mark.parametrize(("size", "offset"), [(SIZE, 0), (SIZE + 1, 0), (CHUNK, 7), (0, 0), (10, SIZE - 4), (1, SIZE)])
def test_the_octets_come_whole(large: Path, size: int, offset: int) -> None:
    with opened(large) as descriptor:
        os.lseek(descriptor, 3, os.SEEK_SET)
        given = list(read_chunks(descriptor, size, offset))
        assert os.lseek(descriptor, 0, os.SEEK_CUR) == 3
    assert b"".join(given) == large.read_bytes()[offset : offset + size]
    assert all(0 < len(each) <= CHUNK for each in given)


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="this system has no posix_fadvise")
def test_all_octets_of_a_large_file_are_asked_for_once(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(os, "posix_fadvise", lambda _file, offset, size, _how: asked.extend((offset, offset + size)))
    with opened(large) as descriptor:
        read = 0
        for chunk in read_chunks(descriptor, SIZE):
            assert asked[-1] > read + len(chunk) or asked[-1] == SIZE
            read += len(chunk)
    assert asked[0] == 0
    assert asked[1:-1:2] == asked[2::2]
    assert asked[-1] >= SIZE


def test_without_the_call_the_octets_come_all_the_same(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "posix_fadvise", raising=False)
    with opened(large) as descriptor:
        assert b"".join(read_chunks(descriptor, SIZE)) == large.read_bytes()
