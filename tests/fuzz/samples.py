"""What the inputs of the fuzzing are made of: made-up sources of each format, archives of them, and real ones.

Scope: reading them from the fixtures of the tests and from a folder of real pages. Not in scope: damage
(``mutations``), and what is done with them (``fuzz``).
"""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from tests.protocols.reader import FIXTURES, excuse_of, read_with
from tests.readers.sources.test_archives import FORMS, PAGES

from preserve.readers.csv.rows import find_rows
from preserve.readers.reader import Reader, SourceItem, registered_readers

__all__ = ["Sample", "archives", "made_up", "real"]


@dataclass(frozen=True, slots=True)
class Sample:
    """A source that inputs are made of.

    Attributes:
        name: The file's.
        data: Its bytes.
        walked: Whether it is a file that holds many sources.
    """

    name: str
    data: bytes
    walked: bool = False


def made_up(reader: Reader) -> Iterator[Sample]:
    """Yield the made-up sources of a format: for the table, files of rows and their rows."""
    for path in sorted(path for folder in FIXTURES.glob(f"{reader.name}*") for path in folder.iterdir()):
        data = path.read_bytes()
        if reader.name != "cables_csv":
            yield Sample(path.name, data)
            continue
        yield Sample("cables.csv", data, walked=True)
        for extent in find_rows([data]):
            yield Sample("row.csv", data[extent.offset : extent.offset + extent.length])


def real(reader: Reader, folder: Path | None) -> Iterator[Sample]:
    """Yield the real sources that a reader takes; for the table, rows made of those that the others take."""
    for path in sorted(folder.rglob("*")) if folder else ():
        if not path.is_file():
            continue
        item = SourceItem(path.name, path.read_bytes(), path.name)
        taker = next((each for each in registered_readers().values() if excuse_of(each, item) is None), None)
        if taker is not None and taker.name == reader.name:
            yield Sample(path.name, item.data)
        elif taker is not None and reader.name == "cables_csv":
            page = read_with(taker, item)
            cells = ("7", "1/2/2005 9:08", page.identifier, page.origin or "", page.classification or "", "")
            texts = (*cells, page.header or page.partial or "", page.body)
            yield Sample("row.csv", ",".join(map(_quoted, texts)).encode())


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '""') + '"'


def archives() -> list[Sample]:
    """Return an archive of the made-up pages and a file of rows in each form, and a gzip of rows."""
    rows = (FIXTURES / "cables_csv" / "cables.csv").read_bytes()
    made = [Sample("cables.csv.gz", gzip.compress(rows, mtime=0), walked=True)]
    # Archives hold the time at which they were made: it is the same one every time.
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch, patch("time.time", return_value=1e9):
        for form, make in FORMS.items():
            make(Path(scratch) / form, {**PAGES, "cables.csv": rows})
            made.append(Sample(form, (Path(scratch) / form).read_bytes(), walked=True))
    return made
