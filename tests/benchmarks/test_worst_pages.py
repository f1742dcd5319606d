from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.worst_pages import PATTERNS, page_cases, process_page

FIXTURES = Path(__file__).parents[1] / "fixtures"


def test_each_pattern_stands_at_several_places_of_each_page() -> None:
    cases = list(page_cases(FIXTURES / "plain_text", 3))
    assert len(cases) % len(PATTERNS) == 0
    assert len({(case.page, case.place) for case in cases}) * len(PATTERNS) == len(cases)


@pytest.mark.parametrize("pattern", ["bars", "cells of CSV", "redactions"])
def test_a_case_is_taken_the_whole_way(pattern: str, tmp_path: Path) -> None:
    for case in page_cases(FIXTURES / "plain_text", 1):
        if case.pattern == pattern:
            seconds, stopped = process_page(case.write(tmp_path, 400))
            assert seconds > 0 or stopped
