"""Pages of the reference that are made from the contract: run it after a change of ``schemas/``.

Scope: ``docs/reference/findings.md``. Not in scope: pages that people write. A test holds the pages against this.

Usage: python docs/generate.py
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from preserve.findings import Code, codes

REFERENCE = Path(__file__).parent / "reference"

_ROOMS = {
    "source": "Sources: what a reader noticed",
    "cable": "Cables: what the grammar noticed",
    "record": "Records",
    "tei": "TEI",
    "premis": "PREMIS",
    "crate": "RO-Crate",
    "bag": "Bags",
    "archive": "Archives",
    "deposit": "Deposits",
}

_HEAD = """# Findings

A finding says that something is wrong, or worth knowing, about a thing that could be looked at. An **error** makes the
thing invalid, a **warning** wants a look, a **note** is for the record. The list is closed: every code is here, none is
ever used for another meaning. Generated from [`schemas/findings.toml`](../../schemas/findings.toml).
"""


def findings_page() -> str:
    """Return the page of all findings, a table a room."""
    parts = [_HEAD]
    for room, rows in groupby(codes().values(), key=lambda code: code.room):
        parts.append(f"\n## {_ROOMS[room]}\n\n| code | severity | meaning | rests on |\n|---|---|---|---|\n")
        parts.extend(_row(code) for code in rows)
    return "".join(parts)


def _row(code: Code) -> str:
    meaning, clause = (text.replace("|", "\\|").replace("<", "&lt;") for text in (code.text, code.clause))
    return f"| `{code.name}` | {code.severity} | {meaning} | {clause} |\n"


PAGES = {"findings.md": findings_page}
"""Each generated page of the reference, and what makes it."""


def main() -> None:
    """Write every generated page."""
    for name, make in PAGES.items():
        (REFERENCE / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
