"""Damaged catalogues, the same ones each time; ``tests.fuzz.catalogue`` goes on for minutes."""

from __future__ import annotations

from tests.fuzz.catalogue import CatalogueTarget
from tests.fuzz.readers import fuzz
from tests.selection import part

INPUTS = part(160)


def test_of_a_damaged_catalogue_nothing_comes_but_answers_and_errors_of_ours() -> None:
    tally = fuzz(CatalogueTarget(), range(INPUTS), seed=3)
    assert [(failure.number, failure.says) for failure in tally.failures] == []
    # Damage that spares nothing, or nothing but what it spares, would test little.
    assert tally.fates["damaged"] >= INPUTS // 10
    assert tally.fates["refused"] + tally.fates["differs"] >= INPUTS // 10


def test_a_number_makes_one_input() -> None:
    target = CatalogueTarget()
    made = [target.make(3, number) for number in range(8)]
    assert made == [target.make(3, number) for number in range(8)]
    assert len({sample.data for sample in made}) >= 7
