"""A corpus of made-up pages: copies of one page, each with a serial of its own.

Scope: writing N pages into a folder, or N rows into a file like ``cables.csv``. Not in scope: realism beyond the page
that is copied.

Usage: python -m benchmarks.corpus N FOLDER [PAGE], or python -m benchmarks.corpus --csv N FILE [PAGE]
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from preserve.readers.reader import SourceItem, read_page, registered_readers

__all__ = ["make", "make_csv"]

FIXTURES = Path(__file__).resolve().parents[1] / "tests/fixtures/cablebrowser"
SAMPLE = FIXTURES / "05STRELSAU4281.flattened.txt"
SAMPLE_LINES = FIXTURES / "05STRELSAU4281.lines.txt"
_IDENTIFIER = re.compile(r"\b([0-9]{2})([A-Z]+)([0-9]+)\b")


def make(number: int, folder: Path, page: Path = SAMPLE) -> list[Path]:
    """Write ``number`` copies of a page, the serial of the cable counting up in each, and return their paths."""
    text = page.read_text(encoding="utf-8")
    found = _IDENTIFIER.search(text)
    if found is None:
        raise SystemExit(f"{page}: no identifier of a cable in it")
    year, post, serial = found.groups()
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for copy in range(1, number + 1):
        # The same number of digits everywhere, so that all copies have the same size.
        own = f"{10**5 + copy}"
        copied = text.replace(f"{year}{post}{serial}", f"{year}{post}{own}")
        copied = copied.replace(f"{post} {int(serial):06d}", f"{post} {own}")
        path = folder / f"{year}{post}{own}.txt"
        path.write_text(copied, encoding="utf-8")
        paths.append(path)
    return paths


def make_csv(number: int, path: Path, page: Path = SAMPLE_LINES) -> int:
    """Write a file of ``number`` rows in the dialect of ``cables.csv``, copies of one page; return its bytes.

    The texts are a half to two times the page's body, so that the rows differ in length as real ones do.
    """
    parts = read_page(SourceItem(page.name, page.read_bytes(), str(page)), registered_readers())
    whole = parts.body + "\n" + parts.body
    texts = [_quoted(whole[: len(whole) * tenths // 20]) for tenths in range(5, 21)]
    written = 0
    with path.open("wb") as file:
        for copy in range(1, number + 1):
            cells = (copy, "11/18/2005 9:08", f"05STRELSAU{copy}", parts.origin, parts.classification, "05STRELSAU4144")
            head = ",".join(_quoted(str(cell)) for cell in (*cells, parts.header or parts.partial or ""))
            written += file.write(f"{head},{texts[copy % len(texts)]}\n".encode())
    return written


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def main() -> None:
    """Read the arguments and write the corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--csv", action="store_true", help="write one file of rows")
    parser.add_argument("number", type=int)
    parser.add_argument("target", type=Path)
    parser.add_argument("page", type=Path, nargs="?")
    arguments = parser.parse_args()
    number, target, page = arguments.number, arguments.target, arguments.page
    if arguments.csv:
        print(f"{number} rows, {make_csv(number, target, page or SAMPLE_LINES):,} bytes in {target}")
    else:
        print(f"{len(make(number, target, page or SAMPLE))} pages in {target}")


if __name__ == "__main__":
    main()
