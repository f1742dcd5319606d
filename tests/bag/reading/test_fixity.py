"""Fixity with several threads: the same answers as with one."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.bag.fixtures import bag, pack

from preserve.bag.containers.container import Container
from preserve.bag.containers.entry import Entry
from preserve.bag.limits import Limits
from preserve.bag.model import Depth
from preserve.bag.reading import fixity
from preserve.bag.reading.fixity import Fixity
from preserve.bag.verifying.verification import verify, verify_by_checks

PAYLOAD = {f"{number}.bin": bytes([number]) * (1000 * number) for number in range(12)}


SMALL = Limits(thread_size=3000)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    bag(tmp_path / "bag", payload=PAYLOAD)
    return tmp_path / "bag"


@pytest.mark.parametrize("form", ["folder", "tar", "gzip"])
def test_several_threads_find_what_one_finds(root: Path, form: str) -> None:
    for number in (1, 4, 9):
        (root / f"data/{number}.bin").write_bytes(bytes([number]) * (1000 * number - 1) + b"!")
    path = root if form == "folder" else pack(root)
    if form == "gzip":
        packed = path.with_suffix(".tar.gz")
        packed.write_bytes(gzip.compress(path.read_bytes()))
        path = packed
    alone, together = verify(path), verify(path, threads=3, limits=SMALL)
    assert together == alone
    assert [finding.where for finding in alone.findings] == ["data/1.bin", "data/4.bin", "data/9.bin"]


def test_large_files_really_go_to_threads(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    at_once = fixity._at_once

    def noted(container: Container, shares: Sequence[Sequence[Entry]], *rest: Any) -> Iterator[tuple[Entry, Fixity]]:
        asked.append(len(shares))
        return at_once(container, shares, *rest)

    monkeypatch.setattr(fixity, "_at_once", noted)
    assert verify_by_checks(root, depth=Depth.FULL, threads=2, limits=SMALL).valid
    assert asked == [9 + 1]


def test_whoever_leaves_is_not_kept_waiting(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At Ctrl-C the generator is closed: what is being hashed stops at the next piece."""
    monkeypatch.setattr("preserve.bag.verifying.checks.fixity_finding", _interrupt)
    with pytest.raises(KeyboardInterrupt):
        verify_by_checks(root, depth=Depth.FULL, threads=2, limits=SMALL)


def _interrupt(*_arguments: object) -> None:
    raise KeyboardInterrupt
