from __future__ import annotations

import pytest
from benchmarks.worst import PATTERNS, PLACES, Case, measured


@pytest.mark.parametrize("place", PLACES)
def test_each_pattern_is_read_in_each_place(place: str) -> None:
    for pattern in PATTERNS:
        case = measured(pattern, place, 800, 1)
        assert list(case.seconds) == [200, 400, 800]
        assert case.slowest == max(case.seconds.values())


def test_growth_is_that_of_one_doubling() -> None:
    assert Case("x", "body", {250: 0.1, 500: 0.2, 1000: 0.4}).growth == pytest.approx(2)
    assert Case("x", "body", {250: 0.1, 500: 0.4, 1000: 1.6}).growth == pytest.approx(4)
    assert Case("x", "body", {250: 0.0, 500: 0.0, 1000: 0.0}).growth == 0
