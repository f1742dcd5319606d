"""Findings: the closed table of codes, and that sources, table and tests speak of the same ones."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

import pytest

from preserve.findings import Code, Finding, Severity, codes, worst

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("source", "cable", "record", "document", "tei", "premis", "crate", "description", "bag", "archive", "deposit")


def _python(folder: str) -> dict[str, str]:
    """Return the text of every module below a folder but this one."""
    paths = (ROOT / folder).rglob("*.py")
    return {str(path): path.read_text(encoding="utf-8") for path in sorted(paths) if path != Path(__file__)}


# --- the values ---


def test_a_finding_has_the_weight_of_its_code_unless_one_is_given() -> None:
    finding = Finding.of("record-invalid", "/subject", "it is no string")
    assert finding == Finding("record-invalid", "/subject", "it is no string", Severity.ERROR)
    assert Finding.of("record-invalid", "", "", severity=Severity.NOTE).severity is Severity.NOTE


def test_a_code_outside_the_table_cannot_be_found() -> None:
    with pytest.raises(KeyError):
        Finding.of("no-such-code", "", "")


def test_the_worst_is_the_gravest() -> None:
    note, warning, error = (Finding("x", "", "", Severity(word)) for word in ("note", "warning", "error"))
    assert worst([]) is None
    assert worst([note]) is Severity.NOTE
    assert worst([note, warning]) is Severity.WARNING
    assert worst([error, warning, note]) is Severity.ERROR


def test_findings_sort_by_code_then_place() -> None:
    a, b, c = (Finding(code, where, "", Severity.NOTE) for code, where in [("a", "/2"), ("a", "/3"), ("b", "/1")])
    assert sorted([c, b, a]) == [a, b, c]


# --- the table ---


@pytest.mark.parametrize("code", codes().values(), ids=lambda code: code.name)
def test_each_row_is_whole(code: Code) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", code.name)
    assert code.room in ROOMS
    assert code.clause.strip()
    assert code.text.strip().endswith((".", "?"))
    outside = [name for name in re.findall(r"\S+\.md\b", code.clause) if not (ROOT / name).is_file()]
    assert outside == [], "a clause is a public one, a measurement, or a page of this repository"


def test_each_room_has_one_block_in_the_order_of_the_rooms() -> None:
    blocks = [room for room, _ in groupby(code.room for code in codes().values())]
    assert blocks == [room for room in ROOMS if room in blocks]


# --- sources, table and tests ---

_FOUND = re.compile(r"""\bFinding\.of\(\s*f?["']([^"']+)["']""")
_WORD = re.compile(r"(?<![\w-])[a-z][a-z0-9]*(?:-[a-z0-9]+)+(?![\w-])")
_COMPOSED = re.compile(r"""\bf["']([a-z0-9-]*\{\w+\}[a-z0-9-]*)["']""")


def _matching(written: str) -> set[str]:
    """Return the codes of the table that a source means, also where it composes one: ``f"{what}-altered"``."""
    pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[a-z0-9-]+", re.escape(written)))
    return {name for name in codes() if pattern.fullmatch(name)}


def test_every_code_that_a_source_gives_is_in_the_table() -> None:
    given = {code: path for path, text in _python("src").items() for code in _FOUND.findall(text)}
    assert given, "the pattern no longer sees any call"
    assert {code: path for code, path in given.items() if not _matching(code)} == {}


def test_every_code_of_the_table_is_given_by_a_source() -> None:
    text = "\n".join(_python("src").values())
    given = set(_WORD.findall(text)).union(*map(_matching, _COMPOSED.findall(text)))
    assert [name for name in codes() if name not in given] == []


def test_every_code_of_the_table_is_named_by_a_test_or_a_fixture() -> None:
    # A fixture's name is its codes, then "--" and what tells it from others of the same codes.
    named = set(_WORD.findall("\n".join(_python("tests").values()).replace("--", " ")))
    named |= {word for path in (ROOT / "tests").rglob("*") for word in re.split(r"[ _+.,]", path.name)}
    assert [name for name in codes() if name not in named] == []
