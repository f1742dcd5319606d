"""A corpus of made-up pages: copies of one page, each with a serial of its own.

Scope: writing N pages into a folder. Not in scope: realism beyond the page that is copied.

Usage: python -m benchmarks.corpus N FOLDER [PAGE]
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

__all__ = ["make"]

SAMPLE = Path(__file__).resolve().parents[1] / "tests/fixtures/cablebrowser/05STRELSAU4281.flattened.txt"
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


def main() -> None:
    """Read the arguments and write the corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("number", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("page", type=Path, nargs="?", default=SAMPLE)
    arguments = parser.parse_args()
    print(f"{len(make(arguments.number, arguments.folder, arguments.page))} pages in {arguments.folder}")


if __name__ == "__main__":
    main()
