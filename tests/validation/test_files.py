"""Files: bounds, folders, links, pipes, and what lies beside a file."""

from __future__ import annotations

import io
import os
import stat
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.memory import measured_memory
from tests.provenance.examples import crate_example, payload_of
from tests.tei.cables import bare, encoded, full
from tests.validation.making import MADE, event_log, record

from preserve.cable.record import codec
from preserve.errors import SourceError
from preserve.validation import files
from preserve.validation.documents import UnknownKindError
from preserve.validation.files import LARGEST, validate_file, walk_documents
from preserve.validation.model import DocumentKind


@pytest.mark.parametrize("kind", DocumentKind)
def test_every_kind_is_read_from_a_file_and_from_a_stream(kind: DocumentKind, tmp_path: Path) -> None:
    data = MADE[kind]()
    file = tmp_path / "document"
    file.write_bytes(data)
    from_file, from_stream = validate_file(file), validate_file(None, stdin=io.BytesIO(data))
    assert (from_file.kind, from_file.valid, from_file.file) == (kind, True, str(file))
    assert (from_stream.kind, from_stream.findings, from_stream.file) == (kind, from_file.findings, "-")


def test_a_stream_is_needed_where_there_is_no_file() -> None:
    with pytest.raises(TypeError):
        validate_file(None)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.mkdir(), "Is a directory"),
        (lambda path: path.symlink_to(path), "cannot be read"),
    ],
    ids=["nothing", "empty", "folder", "loop"],
)
def test_what_cannot_be_looked_at_is_told(make: Callable[[Path], object], says: str, tmp_path: Path) -> None:
    make(tmp_path / "x")
    with pytest.raises(SourceError, match=says) as told:
        validate_file(tmp_path / "x")
    assert not isinstance(told.value, UnknownKindError)


def test_a_file_that_may_not_be_read_is_told(
    tmp_path: Path, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    for above in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        above.chmod(stat.S_IMODE(above.stat().st_mode) | 0o055)  # What others may do besides stays.
    (tmp_path / "x").write_bytes(record())
    (tmp_path / "x").chmod(0)
    with unprivileged(), pytest.raises(SourceError, match="cannot be read: Permission denied"):
        validate_file(tmp_path / "x")


@pytest.mark.parametrize("start", [b"", b"{\n", event_log(2), b"<TEI>\n"])
def test_a_file_of_two_gigabytes_is_refused_without_being_read(start: bytes, tmp_path: Path) -> None:
    file = tmp_path / "large.json"
    with file.open("wb") as stream:
        stream.write(start)
        stream.truncate(2 << 30)
    with measured_memory() as memory, pytest.raises(SourceError, match="larger than 64 MiB"):
        validate_file(file)
    assert memory.peak < 4 * LARGEST


def test_a_log_longer_than_any_document_is_read_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST", 4096)
    file = tmp_path / "log.jsonl"
    file.write_bytes(event_log(60))
    assert file.stat().st_size > 5 * 4096
    result = validate_file(file)
    assert (result.lines, result.valid) == (60, True)
    lines = record()
    assert len(lines) > 4096
    for data in (lines, lines.replace(b"\n", b" ")):
        with pytest.raises(SourceError, match="larger than"):
            validate_file(None, stdin=io.BytesIO(data))


def test_an_error_of_the_disk_is_told() -> None:
    class Broken(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(SourceError, match="-: cannot be read: Input/output error"):
        validate_file(None, stdin=Broken())


def test_a_named_pipe_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(record(),))
    writer.start()
    assert validate_file(pipe).valid
    writer.join()


def test_a_name_that_is_no_utf8_is_shown(tmp_path: Path) -> None:
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.json"))
    file.write_bytes(record())
    assert validate_file(file).file.endswith("\\xff.json")


# --- lines or a document ---


@pytest.mark.parametrize(
    ("data", "kind", "lines"),
    [
        (event_log(2), None, 2),
        (event_log(1), None, None),
        (event_log(1), DocumentKind.EVENT, 1),
        (event_log(1) + b"\n", None, None),
        (event_log(2).replace(b"{", b"{,", 1), None, 2),  # the first line is broken, but whole
        (record(), None, None),
        (record().replace(b"\n", b" ") + b"\n" + record().replace(b"\n", b" "), None, 2),
        (b"{\n" + event_log(1).removeprefix(b"{"), DocumentKind.EVENT, None),
    ],
)
def test_a_file_has_one_document_or_one_on_each_line(
    data: bytes, kind: DocumentKind | None, lines: int | None, tmp_path: Path
) -> None:
    (tmp_path / "x").write_bytes(data)
    result = validate_file(tmp_path / "x", kind)
    assert result.lines == lines
    assert result.kind in {DocumentKind.EVENT, DocumentKind.RECORD}


@pytest.mark.parametrize("kind", [DocumentKind.SETTINGS, DocumentKind.TEI])
def test_lines_of_json_are_not_asked_to_be_what_they_cannot(kind: DocumentKind) -> None:
    assert not validate_file(None, kind, stdin=io.BytesIO(event_log(3))).valid


# --- what lies beside ---


def test_the_record_of_a_tei_is_found_as_in_a_bag(tmp_path: Path) -> None:
    for folder in ("tei", "record", "elsewhere"):
        (tmp_path / folder).mkdir()
    tei, other = tmp_path / "tei/x.xml", tmp_path / "elsewhere/x.xml"
    for file in (tei, other):
        file.write_bytes(encoded(full()))
    beside = tmp_path / "record/x.json"
    assert validate_file(tei).record is None
    beside.write_bytes(codec.encode_record(full()))
    assert (validate_file(tei).record, validate_file(tei).findings) == (str(beside), ())
    assert validate_file(other).record is None
    beside.write_bytes(codec.encode_record(bare()))
    assert not validate_file(tei).valid
    named = tmp_path / "full.json"
    named.write_bytes(codec.encode_record(full()))
    assert (validate_file(tei, record=named).record, validate_file(tei, record=named).findings) == (str(named), ())
    assert validate_file(None, record=named, stdin=io.BytesIO(encoded(full()))).findings == ()
    with pytest.raises(SourceError, match="no such file"):
        validate_file(tei, record=tmp_path / "none.json")


def test_a_folder_of_records_that_may_not_be_seen_is_as_none(
    tmp_path: Path, unprivileged: Callable[[], AbstractContextManager[None]]
) -> None:
    # Every folder of pytest's own is closed to others, and under xdist there is one more.
    for above in tmp_path.parents:
        if above.stat().st_uid == os.getuid() and above != Path(above.anchor):
            above.chmod(above.stat().st_mode | 0o055)
    tmp_path.chmod(0o755)
    for folder in ("tei", "record"):
        (tmp_path / folder).mkdir()
    (tmp_path / "tei/x.xml").write_bytes(encoded(full()))
    (tmp_path / "record").chmod(0)
    with unprivileged():
        assert validate_file(tmp_path / "tei/x.xml").record is None
    (tmp_path / "record").chmod(0o755)


def test_a_link_is_not_followed_out_of_a_bag_for_a_record(tmp_path: Path) -> None:
    for folder in ("tei", "record"):
        (tmp_path / folder).mkdir()
    (tmp_path / "tei/x.xml").write_bytes(encoded(full()))
    (tmp_path / "elsewhere.json").write_bytes(codec.encode_record(full()))
    (tmp_path / "record/x.json").symlink_to("../elsewhere.json")
    assert validate_file(tmp_path / "tei/x.xml").record is None


def test_a_record_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.xml").write_bytes(encoded(full()))
    (tmp_path / "r.json").write_bytes(b" " * 100_000)
    monkeypatch.setattr(files, "LARGEST", 90_000)
    with pytest.raises(SourceError, match=r"the record is larger|the record,? .*larger"):
        validate_file(tmp_path / "x.xml", record=tmp_path / "r.json")


def test_a_crate_in_a_bag_is_compared_with_the_payload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crate = tmp_path / "bag/data/ro-crate-metadata.json"
    for path in payload_of(crate_example()) - {"bagit.txt"}:
        file = tmp_path / "bag" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"")
    crate.write_bytes(MADE[DocumentKind.CRATE]())
    (crate.parent / "stray.txt").write_bytes(b"")
    assert validate_file(crate).findings == ()  # no bag around it
    (tmp_path / "bag/bagit.txt").write_bytes(b"")
    assert [(each.finding.code, each.finding.where) for each in validate_file(crate).findings] == [
        ("crate-file-undescribed", "data/stray.txt")
    ]
    monkeypatch.setattr(files, "_MOST_PAYLOAD", 2)
    with pytest.raises(SourceError, match="more than 2 files"):
        validate_file(crate)


# --- folders ---


def test_a_folder_is_walked_in_order_without_links(tmp_path: Path) -> None:
    for name in ("b/2.JSON", "b/1.json", "a.xml", "c.toml", "d.jsonl", "e.txt", "f", ".hidden/x.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "g.json").symlink_to("a.xml")
    (tmp_path / "h").symlink_to("b")
    os.mkfifo(tmp_path / "i.json")

    def walked(kind: DocumentKind | None = None) -> list[str]:
        return [path.relative_to(tmp_path).as_posix() for path, _ in walk_documents(tmp_path, kind)]

    assert walked() == [".hidden/x.json", "a.xml", "b/1.json", "b/2.JSON", "c.toml", "d.jsonl"]
    assert walked(DocumentKind.TEI) == ["a.xml"]
    assert walked(DocumentKind.RECORD) == [".hidden/x.json", "b/1.json", "b/2.JSON", "d.jsonl"]
    assert walked(DocumentKind.SETTINGS) == ["c.toml"]


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be listed"):
        list(walk_documents(tmp_path / "none"))
