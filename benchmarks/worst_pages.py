"""The worst pages: awkward patterns in made-up pages of each format, on the whole way to record, TEI, PREMIS and HTML.

``worst`` measures the grammar alone. Here the readers, the checks and the page for people are measured too: a pattern
is repeated at many places of each page. Every page is short, so the pattern is what takes the time.

Time that is linear in the length is four times as much when the length is. A growth near sixteen is a fault of ours.

Usage: python -m benchmarks.worst_pages FOLDER [--size 60000] [--places 6] [--only TEXT] [--seed 1] [--most 500]

FOLDER holds the pages, as tests/fixtures does.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import worst
from preserve.clock import Clock
from preserve.errors import PreserveError
from preserve.ingest import normalize_source, render_cable
from preserve.package import Packager
from preserve.provenance import this_software
from preserve.readers import SourceRef, load_source
from preserve.report import cables as report
from preserve.settings import Settings
from preserve.tei import render_page, render_text

__all__ = ["PATTERNS", "PageCase", "page_cases", "process_page"]

_MARKUP: dict[str, str] = {
    "open b": "<b>",
    "open and close b": "<b>x</b>",
    "close b": "</b>",
    "a href": "<a href='",
    "open quotes": '<a b="',
    "comment opened": "<!--",
    "comments": "<!--x-->",
    "CDATA": "<![CDATA[x]]>",
    "DOCTYPE": "<!DOCTYPE a [",
    "script": "<script>",
    "style closed": "<style></style>",
    "named reference": "&amp;",
    "numbered line feed": "&#x000A;",
    "number of a control": "&#7;",
    "half a reference": "&#x0",
    "cell": "<td>x</td>",
    "row": "<tr><th>x</th><td>y</td></tr>",
    "table": "<table>",
    "pre": "<pre>",
    "pre and its end": "<pre>x</pre>",
    "code": "<code><pre>",
    "p": "<p>x</p>",
    "p with marks": "<p><a id='par1' href='#par1'>¶</a>1. (C) x</p>",
    "br": "<br/>",
    "div": "<div class='x'>",
    "h3": "<h3>x</h3>",
    "attributes": "<i a=b c='d' e=\"f\">",
    "double quotes": '"',
    "doubled quotes": '""',
    "cells of CSV": '","x',
    "quote and line": '"\n',
    "single quotes": "'",
}
_LINES: dict[str, str] = {
    "bars": "\n|\n",
    "addressees": "RUEHZE/AMCONSUL ZENDA 0362\n",
    "INFO": "INFO RUEHZE/AMCONSUL ZENDA 0362\n",
    "REF lines": "REF: A. 04 ZENDA 12\n",
    "references, one a line": "B. STATE 123\n",
    "TAGS lines": "TAGS: PGOV, RZ\n",
    "classified by": "Classified By: Rudolf K. Rassendyll for reasons 1.4 (b) and (d).\n",
    "E.O. lines": "E.O. 12958: DECL: 11/18/2015\n",
    "paragraphs": "1. (C) The king.\n\n",
    "paragraphs with pilcrows": "¶2. (C) The king.\n\n",
    "subparagraphs": "a) The king.\n",
    "headings": "SUMMARY\n-------\n",
    "NNNN": "NNNN\n",
    "date-time groups": "P R 151200Z MAY 07\n",
    "signers": "ORMSBY\n\n",
    "cells with bars": "x | y\n",
    "redactions": "XXXXXXXXXXXX\n",
    "captions": "NOFORN ",
    "SIPDIS": "SIPDIS\n",
    "rows of a table": "Tags: | PGOV |\n",
    "identifier rows": "Identifier: 05STRELSAU4281\n",
    "dates": "2007-02-22 16:40\n",
    "subject lines": "SUBJECT: THE KING\n",
    "banners": "C O N F I D E N T I A L STRELSAU 004281\n",
    "attention lines": "STATE FOR EUR\n",
    "page lines": "PAGE 02 STRELS 00112 01 OF 02 221640Z\n",
    "notes": "(Note: x. End note.)\n",
    "indented": "     x\n",
    "columns": "a    b\n",
    "text field": "Draft Date: 01 JAN 1974\n",
}
PATTERNS = worst.PATTERNS | _MARKUP | _LINES
"""What is repeated, by its name."""
_SUFFIXES = frozenset({".txt", ".html", ".csv"})
_PACKAGING = Packager(
    settings=Settings(), software=this_software(), clock=Clock(datetime(2020, 1, 1, tzinfo=UTC))
).start()


@dataclass(frozen=True, slots=True)
class PageCase:
    """A pattern at a place of a page.

    Attributes:
        page: The file that holds the page.
        pattern: The name of what is repeated.
        place: The character before which it stands.
    """

    page: Path
    pattern: str
    place: int

    def write(self, folder: Path, size: int) -> Path:
        """Write the page with the pattern repeated over a number of characters; return the file."""
        with self.page.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            text = file.read()
        repeated = PATTERNS[self.pattern] * (size // len(PATTERNS[self.pattern]) + 1)
        written = folder / self.page.name
        changed = text[: self.place] + repeated[:size] + text[self.place :]
        written.write_bytes(changed.encode("utf-8", "surrogatepass"))
        return written


def page_cases(folder: Path, places: int) -> Iterator[PageCase]:
    """Yield each pattern at some places of each page below a folder, the places where a word or a tag begins."""
    for page in sorted(path for path in folder.rglob("*") if path.suffix in _SUFFIXES):
        text = page.read_text("utf-8", errors="surrogateescape")
        begins = [at for at in range(1, len(text)) if text[at - 1].isspace() or text[at] == "<"]
        chosen = begins[:: max(1, len(begins) // places)]
        for place in chosen[:places]:
            for pattern in PATTERNS:
                yield PageCase(page, pattern, place)


def process_page(file: Path) -> tuple[float, str]:
    """Return the seconds of processor time that a page takes on its whole way, and what stopped it, if anything did."""
    start, stopped = time.process_time(), ""
    try:
        understood = normalize_source(load_source(SourceRef(str(file), path=file)), Settings())
        made = render_cable(understood, _PACKAGING)
        render_page(made.parts.tei)
        render_text(understood.cable)
        report.inspect_text(str(file), understood)
    except PreserveError as error:
        stopped = error.message[:60]
    return time.process_time() - start, stopped


def main() -> None:
    """Measure the cases in an order drawn by the seed; print those that take long, or grow steeply."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the pages are")
    parser.add_argument("--size", type=int, default=60_000, help="characters of the pattern; a quarter is measured too")
    parser.add_argument("--places", type=int, default=6, help="places in each page")
    parser.add_argument("--only", default="", help="cases whose page or pattern has this in it")
    parser.add_argument("--seed", type=int, default=1, help="draws the order")
    parser.add_argument("--most", type=int, default=10**9, help="cases that are measured")
    arguments = parser.parse_args()
    cases = [each for each in page_cases(arguments.folder, arguments.places) if arguments.only in _label(each)]
    random.Random(arguments.seed).shuffle(cases)
    with tempfile.TemporaryDirectory() as scratch:
        for case in cases[: arguments.most]:
            seconds, stopped = process_page(case.write(Path(scratch), arguments.size))
            if seconds < _SLOW * arguments.size:
                continue
            quarter, _ = process_page(case.write(Path(scratch), arguments.size // 4))
            print(f"{_label(case):<80}{quarter:9.3f}{seconds:9.3f}{seconds / quarter:7.1f} {stopped}", flush=True)


_SLOW = 12e-6
"""Seconds for each character from which on a case is told."""


def _label(case: PageCase) -> str:
    return f"{case.page.parent.name}/{case.page.name} at {case.place}: {case.pattern}"


if __name__ == "__main__":
    main()
