"""Manifests: the quick reading is the slow one, and a hostile one is bounded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import example, given, strategies as st
from tests.memory import measured_memory
from tests.selection import part

from preserve.bag.containers.entry import Entry, EntryKind
from preserve.bag.limits import LIMITS, BoundedList
from preserve.bag.model import Fault
from preserve.bag.reading import manifests
from preserve.bag.reading.manifests import ManifestText, read_manifest, resolve_path
from preserve.bag.reading.tagfiles import read_info_fields, read_lines, read_plain_info

MD5 = hashlib.md5(b"", usedforsecurity=False).hexdigest()
paths = st.one_of(
    st.sampled_from(["data/source/05X1.txt", "data/a", "bagit.txt", "data", "tagmanifest-md5.txt", "data/../x"]),
    st.text(st.sampled_from("data/.~%*\\ :-_A0\u00e9"), min_size=1, max_size=12).map(lambda text: f"data/{text}"),
    st.text(st.sampled_from("data/.~%*\\ :-_A0\u00e9"), min_size=1, max_size=12),
)
rows = st.tuples(st.sampled_from([MD5, MD5.upper(), MD5[1:], "0" * 32]), st.sampled_from(["  ", " ", "\t"]), paths)
FILES = {path: Entry(path, EntryKind.FILE, 1, 0) for path in ("data/source/05X1.txt", "data/a", "bagit.txt", "data/A")}


def read(octets: bytes, *, of_tags: bool, chunks: int = 1) -> tuple[Mapping[str, str], list[Fault]]:
    """Read a manifest; in several chunks it is always read line by line."""
    faults: list[Fault] = []
    middle = len(octets) // 2
    parts = (octets,) if chunks == 1 else (octets[:middle], octets[middle:])
    return read_manifest(ManifestText(parts, "utf-8", "md5", of_tags, "1.0"), FILES, faults), faults


@given(st.lists(rows, max_size=4), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.booleans())
@example([(MD5, "  ", "data/a"), (MD5, "  ", "data/source/05X1.txt")], "\n", False, True)
def test_the_quick_reading_is_the_slow_one(
    lines: list[tuple[str, str, str]], ending: str, of_tags: bool, ends: bool
) -> None:
    octets = (ending.join("".join(row) for row in lines) + (ending if ends else "")).encode()
    assert read(octets, of_tags=of_tags) == read(octets, of_tags=of_tags, chunks=2)


def test_a_manifest_as_we_write_it_is_read_quickly() -> None:
    octets = f"{MD5}  data/a\n{MD5}  data/source/05X1.txt\n".encode()
    entries, faults = read(octets, of_tags=False)
    assert entries == {"data/a": MD5, "data/source/05X1.txt": MD5}
    assert not faults
    assert manifests.read_plain_manifest(octets, "md5", of_tags=False) == entries
    assert manifests.read_plain_manifest(octets, "md5", of_tags=True) is None


@given(st.lists(st.text(st.sampled_from("Aa: \t\u0085\ufeff\r#"), max_size=9), max_size=4), st.booleans())
@example(["Access: restricted", "Source-Release: a b"], True)
@example(["\ufeffAccess: restricted"], True)
def test_the_quick_reading_of_fields_is_the_slow_one(lines: list[str], ends: bool) -> None:
    octets = ("\n".join(lines) + ("\n" if ends else "")).encode()
    quick = read_plain_info(octets)
    faults: list[Fault] = []
    slow = tuple(read_info_fields(read_lines((octets,), "utf-8", faults), faults))
    if quick is not None:
        assert (quick, faults) == (slow, [])


def test_fields_as_we_write_them_are_read_quickly() -> None:
    octets = b"External-Identifier: 05STRELSAU1\nAccess: restricted\n"
    assert read_plain_info(octets) == (("External-Identifier", "05STRELSAU1"), ("Access", "restricted"))
    assert read_plain_info(b"Access: a\xff\n") is None


@pytest.mark.parametrize(
    ("line", "given", "code"),
    [
        (f"{MD5}  data/%07d\n", LIMITS.absent_lines, "limit-exceeded"),
        ("nothing %d\n", 0, "digest-malformed"),
        (f"{MD5}  data/a\n", 1, "entry-twice"),
    ],
)
def test_a_manifest_of_many_lines_is_bounded(line: str, given: int, code: str) -> None:
    lines = max(part(300_000), given * 6 // 5)

    def chunks() -> Iterator[bytes]:
        for start in range(0, lines, 5_000):
            yield "".join(line % n if "%" in line else line for n in range(start, start + 5_000)).encode()

    faults = BoundedList[Fault]()
    with measured_memory() as memory:
        entries = read_manifest(ManifestText(chunks(), "utf-8", "md5", False, "1.0"), FILES, faults)
    assert len(entries) == given
    assert {fault.code for fault in faults} == {code}
    assert len(faults) <= LIMITS.findings
    assert memory.peak < lines * 340


def test_a_path_that_is_the_bag_itself_is_no_path() -> None:
    for written in (".", "./", "./."):
        faults: list[Fault] = []
        assert resolve_path(written, 1, "1.0", {}, faults) is None
        assert "path-leaves-bag" in {fault.code for fault in faults}
