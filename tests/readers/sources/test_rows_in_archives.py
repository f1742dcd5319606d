"""Files of rows in archives: every row with its place, no row of a damaged file, some rows, and no memory for it."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import py7zr
import pytest
from tests.memory import measured_memory
from tests.readers.sources.test_archives import (
    FIXTURES as ALL_FIXTURES,
    FORMS,
    make_7z,
    make_stored_7z,
    make_tar,
    make_zip,
    record,
    told,
    walked,
)

from preserve.errors import SourceError, UsageError
from preserve.readers.csv.rows import Extent, RowRange
from preserve.readers.reader import SourceRef
from preserve.readers.source_bytes import open_source
from preserve.readers.sources import archives as containers, members as limits
from preserve.readers.sources.walk import count_sources, load_source, walk_rows, walk_sources

FIXTURES = ALL_FIXTURES / "cables_csv"
CSV = (FIXTURES / "cables.csv").read_bytes()
PAGE = (ALL_FIXTURES / "plain_text" / "04STRELSAU19.txt").read_bytes()
FILES: Mapping[str, bytes] = {"a.txt": PAGE, "dump/cables.csv": CSV, "z.txt": PAGE}


def make_gzip(path: Path, files: Mapping[str, bytes]) -> None:
    [data] = files.values()
    path.write_bytes(gzip.compress(data))


def numbers(refs: Iterable[SourceRef]) -> list[str]:
    return [load_source(ref).name for ref in refs]


def some(path: Path, first: int = 1, last: int | None = None) -> Iterator[SourceRef]:
    return walk_rows(str(path), RowRange(first, last))


@pytest.mark.parametrize("form", FORMS)
def test_the_rows_in_an_archive_are_those_of_the_file(tmp_path: Path, form: str) -> None:
    folder = tmp_path / "cablegate-201108300212"
    folder.mkdir()
    (tmp_path / "cables.csv").write_bytes(CSV)
    FORMS[form](folder / form, FILES)
    refs = [ref for ref in walked(folder / form) if ref.container and ref.container.offset is not None]
    files = walked(tmp_path / "cables.csv")
    assert len(refs) == len(files) == 3
    digest = sha256((folder / form).read_bytes()).hexdigest()
    for inside, outside in zip(refs, files, strict=True):
        one, other = load_source(inside), load_source(outside)
        assert (one.name, one.data) == (other.name, other.data)
        assert one.container is not None
        assert other.container is not None
        assert (one.container.name, one.container.sha256) == (form, digest)
        assert (one.container.member, one.container.offset) == ("dump/cables.csv", other.container.offset)
        assert inside.where == f"{folder / form}!dump/cables.csv@{one.container.offset}"
        assert CSV[one.container.offset or 0 :].startswith(one.data)
        # The release is named after the folder, whatever the row is.
        assert one.path == f"{folder / form}/dump/cables.csv"
        release = record(inside).provenance.release
        assert release is not None
        assert release.text == "cablegate-201108300212"


@pytest.mark.parametrize("form", FORMS)
def test_pages_before_and_behind_the_rows_come_out(tmp_path: Path, form: str) -> None:
    FORMS[form](tmp_path / form, FILES)
    refs = walked(tmp_path / form)
    names = [ref.where.removeprefix(f"{tmp_path / form}!") for ref in refs]
    assert sorted(names) == sorted(["a.txt", *(f"dump/cables.csv@{at}" for at in (0, 5273, 7138)), "z.txt"])
    assert [load_source(ref).data for ref in refs if ref.where.endswith(".txt")] == [PAGE, PAGE]


@pytest.mark.parametrize("form", [name for name in FORMS if "7z" in name or "tar" in name])
def test_rows_that_are_not_wanted_do_not_cost_the_page_behind(tmp_path: Path, form: str) -> None:
    big = CSV * 200
    FORMS[form](tmp_path / form, {".hidden.csv": big, "a.txt": PAGE})
    assert told(tmp_path / form) == {"a.txt": None}
    assert [load_source(ref).data for ref in walked(tmp_path / form)] == [PAGE]


def test_a_gzip_of_rows(tmp_path: Path) -> None:
    make_gzip(tmp_path / "cables.csv.gz", {"": CSV})
    refs = walked(tmp_path / "cables.csv.gz")
    assert numbers(refs) == ["row-46599.csv", "row-95012.csv", "row-12.csv"]
    [container] = {load_source(ref).container for ref in refs[:1]}
    assert container is not None
    assert (container.name, container.member, container.offset) == ("cables.csv.gz", "cables.csv", 0)


def test_a_broken_row_is_told_alone(tmp_path: Path) -> None:
    broken = CSV[:6000] + b'"x' + CSV[6000:]
    make_zip(tmp_path / "a.zip", {"cables.csv": broken})
    first, bad, last = walked(tmp_path / "a.zip")
    assert bad.trouble is not None
    assert bad.trouble.startswith("the row at byte 5273 (")
    assert bad.data is None
    with pytest.raises(SourceError, match="The other rows are read") as caught:
        load_source(bad)
    assert "a.zip!cables.csv@5273: the row at byte 5273" in caught.value.message
    assert len({load_source(ref).name for ref in (first, last)}) == 2


ZIPPED: Mapping[str, Callable[[Path, Mapping[str, bytes]], None]] = {
    "a.zip": make_zip,
    "a.7z": make_7z,
    "a.tar.gz": FORMS["a.tar.gz"],
    "a.tar.xz": FORMS["a.tar.xz"],
    "cables.csv.gz": make_gzip,
}


@pytest.mark.parametrize("form", ZIPPED)
def test_of_a_damaged_file_no_row_is_given(tmp_path: Path, form: str) -> None:
    files = {"cables.csv": CSV}
    ZIPPED[form](tmp_path / form, files)
    data = bytearray((tmp_path / form).read_bytes())
    data[len(data) // 3] ^= 0x10
    (tmp_path / form).write_bytes(data)
    refs = walked(tmp_path / form)
    assert refs
    assert all(ref.trouble and "damage" in ref.trouble for ref in refs)


@pytest.mark.parametrize("form", ["stored.zip", "copy.7z"])
def test_a_letter_that_changed_is_found_by_the_checksum(tmp_path: Path, form: str) -> None:
    make = make_stored_7z if form == "copy.7z" else FORMS[form]
    make(tmp_path / form, {"cables.csv": CSV, "z.txt": PAGE})
    data = (tmp_path / form).read_bytes()
    (tmp_path / form).write_bytes(data.replace(b"coronation", b"cOronation", 1))
    found = told(tmp_path / form)
    assert found.keys() == {"cables.csv", "z.txt"}
    assert found["z.txt"] is None
    assert "it is damaged, and its rows are not read" in str(found["cables.csv"])


def test_the_checksum_at_the_end_of_a_compressed_tar_counts(tmp_path: Path) -> None:
    FORMS["a.tar.gz"](tmp_path / "a.tar.gz", {"cables.csv": CSV, "z.txt": PAGE})
    data = bytearray((tmp_path / "a.tar.gz").read_bytes())
    data[-8] ^= 1
    (tmp_path / "a.tar.gz").write_bytes(data)
    found = told(tmp_path / "a.tar.gz")
    assert str(found["cables.csv"]).startswith("the archive is damaged, and its rows are not read: it is damaged")
    assert "CRC check failed" in str(found[""])
    assert found["z.txt"] is None


def test_a_tar_that_ends_inside_the_rows(tmp_path: Path) -> None:
    make_tar(tmp_path / "a.tar", {"cables.csv": CSV * 50})
    data = (tmp_path / "a.tar").read_bytes()
    (tmp_path / "a.tar").write_bytes(data[: 512 + len(CSV) * 49])
    found = told(tmp_path / "a.tar")
    assert "its rows are not read" in str(found.pop("cables.csv"))


def test_too_much_of_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_zip(tmp_path / "a.zip", {"a.csv": CSV, "b.csv": CSV, "c.csv": CSV})
    monkeypatch.setattr(containers, "LARGEST_ROWS", 2 * len(CSV))
    found = told(tmp_path / "a.zip")
    assert [name for name, trouble in found.items() if trouble is None] == [
        f"{name}.csv@{at}" for name in "ab" for at in (0, 5273, 7138)
    ]
    assert "unpack it, and give the file itself" in str(found["c.csv"])


def test_what_is_given_up_behind_the_rows_does_not_cost_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("preserve.readers.sources.tars.MOST_SKIPPED", 100)
    for module in ("tars", "members"):
        monkeypatch.setattr(f"preserve.readers.sources.{module}.LARGEST_SOURCE", 1000)
    make_tar(tmp_path / "a.tar", {"cables.csv": CSV, "z.txt": PAGE})
    found = told(tmp_path / "a.tar")
    assert found.pop("") == limits.TOO_MUCH
    assert list(found.values()) == [None, None, None]


def test_an_archive_that_is_replaced_meanwhile_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_zip(tmp_path / "a.zip", {"cables.csv": CSV})
    make_zip(tmp_path / "b.zip", {"cables.csv": CSV})

    @contextmanager
    def open_and_replace(path: Path, where: str) -> Iterator[BinaryIO]:
        with open_source(path, where) as stream:
            if (tmp_path / "b.zip").exists():
                (tmp_path / "b.zip").rename(path)
            yield stream

    monkeypatch.setattr(containers, "open_source", open_and_replace)
    assert told(tmp_path / "a.zip") == {"": "it changed while it was read"}


def test_a_member_that_was_not_there_a_moment_ago_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_zip(tmp_path / "a.zip", {"cables.csv": CSV})
    monkeypatch.setattr(containers._Archive, "_row_files", lambda _: {})
    assert told(tmp_path / "a.zip") == {"cables.csv": "it changed while it was read"}


def test_what_can_be_read_no_more_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_zip(tmp_path / "a.zip", {"cables.csv": CSV})

    def cut(_: Iterable[bytes]) -> Iterator[tuple[Extent, bytes]]:
        yield Extent(0, len(CSV)), CSV
        raise EOFError("gone")

    monkeypatch.setattr(containers, "cut_rows", cut)
    first, rest = walked(tmp_path / "a.zip")
    assert first.trouble is None
    assert rest.trouble == "what follows in it cannot be read any more: EOFError: gone"


@pytest.mark.parametrize("form", [*FORMS, "cables.csv.gz"])
def test_some_rows_are_chosen(tmp_path: Path, form: str) -> None:
    if form in FORMS:
        FORMS[form](tmp_path / form, FILES)
    else:
        make_gzip(tmp_path / form, {"": CSV})
    (tmp_path / "cables.csv").write_bytes(CSV)
    every = numbers(some(tmp_path / "cables.csv"))
    assert len(every) == 3
    for path in (tmp_path / form, tmp_path / "cables.csv"):
        assert numbers(some(path)) == every
        assert numbers(some(path, 2)) == every[1:]
        assert numbers(some(path, 1, 2)) == every[:2]
        assert numbers(some(path, 3, 3)) == every[2:]
        for first, last, missing in ((4, None, 4), (2, 7, 7), (5, 7, 5)):
            with pytest.raises(UsageError, match=f"has no row {missing}. Its rows are counted from 1 to 3") as caught:
                list(some(path, first, last))
            assert path.name in caught.value.message


def test_rows_are_chosen_of_one_file_only(tmp_path: Path) -> None:
    make_zip(tmp_path / "two.zip", {"a.csv": CSV, "b.csv": CSV})
    make_zip(tmp_path / "none.zip", {"a.txt": PAGE})
    (tmp_path / "page.txt").write_bytes(PAGE)
    (tmp_path / "folder.zip").mkdir()
    for name, says in (
        ("two.zip", "two.zip has 2 files of rows in it"),
        ("none.zip", "none.zip has no file of rows in it"),
        ("page.txt", "page.txt has no rows to choose from"),
        ("", "has no rows to choose from"),
        ("folder.zip", "folder.zip has no rows to choose from"),
    ):
        with pytest.raises(UsageError, match=f"{says}. To choose rows, name a file as cables.csv"):
            list(some(tmp_path / name))
    with pytest.raises(UsageError, match="standard input has no rows"):
        list(walk_rows("-", RowRange()))


def test_choosing_rows_of_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    [missing] = some(tmp_path / "nothing.csv")
    with pytest.raises(SourceError, match="no such file"):
        load_source(missing)
    [damaged] = walk_rows(str(_damaged(tmp_path)), RowRange(2))
    assert "its rows are not read" in str(damaged.trouble)
    (tmp_path / "b.zip").write_bytes(b"PK, and no zip")
    [none] = walk_rows(str(tmp_path / "b.zip"), RowRange(2))
    assert "no zip archive" in str(none.trouble)


def _damaged(folder: Path) -> Path:
    make_zip(folder / "a.zip", {"cables.csv": CSV})
    data = bytearray((folder / "a.zip").read_bytes())
    data[len(data) // 3] ^= 0x10
    (folder / "a.zip").write_bytes(data)
    return folder / "a.zip"


def test_items_are_counted_where_it_is_cheap(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    (pages / "deep").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "deep/c.txt", ".hidden"):
        (pages / name).write_bytes(PAGE)
    assert count_sources([str(pages)]) == 3
    assert count_sources(["-", str(pages / "a.txt"), str(tmp_path / "nothing.txt")]) == 3
    (pages / "deep" / "rows").write_bytes(CSV)
    assert count_sources([str(pages), "-"]) == 3 + 3 + 1
    make_zip(pages / "deep" / "a.zip", {"a.txt": PAGE})
    assert count_sources([str(pages)]) is None


def test_a_file_that_changes_while_it_is_counted_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: Path) -> int:
        raise SourceError("the file changed")

    (tmp_path / "cables.csv").write_bytes(CSV)
    monkeypatch.setattr("preserve.readers.sources.walk.count_rows", gone)
    assert count_sources([str(tmp_path / "cables.csv")]) == 1


def test_what_nobody_may_look_at_is_one_and_says_so(
    tmp_path: Path, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    (tmp_path / "closed" / "pages").mkdir(parents=True)
    (tmp_path / "closed").chmod(0)
    for path in (tmp_path / "closed", tmp_path / "closed" / "pages", tmp_path / "closed" / "cables.csv"):
        with unprivileged():
            assert count_sources([str(path)]) == 1
            for [ref] in (list(walk_sources([str(path)])), list(some(path))):
                with pytest.raises(SourceError, match=r"cannot be listed|you may not read it"):
                    load_source(ref)


def make_small_7z(path: Path, files: Mapping[str, bytes]) -> None:
    # The dictionary of its usual method counts as memory, also that of a compressed table of contents, of 16 MiB.
    with py7zr.SevenZipFile(path, "w", filters=[{"id": py7zr.FILTER_DEFLATE}]) as archive:
        archive.set_encoded_header_mode(False)
        for name, data in files.items():
            archive.writestr(data, name)


@pytest.mark.parametrize(
    ("form", "make"),
    [
        ("a.zip", make_zip),
        ("a.7z", make_small_7z),
        ("a.tar.gz", FORMS["a.tar.gz"]),
        ("cables.csv.gz", make_gzip),
    ],
)
def test_memory_does_not_grow_with_the_rows(
    tmp_path: Path, form: str, make: Callable[[Path, Mapping[str, bytes]], None]
) -> None:
    head = CSV[: CSV.index(b'"C O N F I D E N T I A L')]
    chance = random.Random(1)
    # Digits by chance, for what is all alike is decompressed in bigger pieces.
    table = b"\n".join(head + b'"1. (C) ' + chance.randbytes(1000).hex().encode() + b'"' for _ in range(6000))
    assert len(table) > 12 << 20
    make(tmp_path / form, {"cables.csv": table})
    del table
    with measured_memory() as memory:
        seen = sum(1 for ref in walk_rows(str(tmp_path / form), RowRange()) if ref.trouble is None)
    assert seen == 6000
    assert memory.peak < 8 << 20
    assert {path.name for path in tmp_path.iterdir()} == {form}
