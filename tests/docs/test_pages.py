"""The documentation: generated pages are those of today's contract, and links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from docs import generate

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT, ROOT / "archive", ROOT / "tests/cli", *(path for path in (ROOT / "docs").rglob("*") if path.is_dir()))
WRITTEN = sorted(page for folder in FOLDERS for page in folder.glob("*.md"))
_LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)(?:#[^)\s]*)?\)")


@pytest.mark.parametrize("name", generate.PAGES)
def test_a_generated_page_is_that_of_todays_contract(name: str, accept_golden: bool) -> None:
    page = generate.REFERENCE / name
    if accept_golden:
        generate.main()
    assert page.read_text(encoding="utf-8").splitlines() == generate.PAGES[name]().splitlines(), (
        "run: python docs/generate.py"
    )


def links() -> Iterator[tuple[Path, str]]:
    for page in WRITTEN:
        for target in _LINK.findall(page.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                yield page, target


def test_every_link_inside_the_project_leads_somewhere() -> None:
    broken = [f"{page.relative_to(ROOT)}: {target}" for page, target in links() if not (page.parent / target).exists()]
    assert broken == []


def test_no_page_names_a_machine_or_says_that_a_marking_has_ended() -> None:
    for page in WRITTEN:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"/(?:home|root|work|Users)/", text), page
        for sentence in re.findall(r"[^.\n]*\bdeclassified\b[^.\n]*", text, re.IGNORECASE):
            assert re.search(r"never|not|\"|is declassified", sentence), f"{page}: {sentence}"


DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
_ROW = re.compile(r"^\| \[([0-9]{4})\]\((\S+)\) \| ([0-9-]+) \| .+\. \|$", re.MULTILINE)


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_its_number_and_the_day_on_which_it_was_taken(page: Path) -> None:
    title, blank, day, *_ = page.read_text(encoding="utf-8").splitlines()
    assert title.startswith(f"# {page.name[:4]}: ")
    assert blank == ""
    assert date.fromisoformat(day.removeprefix("Date: ")).isoformat() == day.removeprefix("Date: ")


def test_the_index_lists_every_decision_with_its_day() -> None:
    rows = _ROW.findall((ROOT / "docs/decisions/README.md").read_text(encoding="utf-8"))
    days = [page.read_text(encoding="utf-8").splitlines()[2].removeprefix("Date: ") for page in DECISIONS]
    assert rows == [(page.name[:4], page.name, day) for page, day in zip(DECISIONS, days, strict=True)]
