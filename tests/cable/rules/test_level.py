from __future__ import annotations

import pytest

from preserve.cable.rules.level import read_level


@pytest.mark.parametrize(
    ("cell", "level", "handling"),
    [
        ("CONFIDENTIAL", "CONFIDENTIAL", ()),
        ("SECRET//NOFORN", "SECRET", ("NOFORN",)),
        ("UNCLASSIFIED//FOR OFFICIAL USE ONLY", "UNCLASSIFIED//FOR OFFICIAL USE ONLY", ()),
        ("Secret", "SECRET", ()),
        ("TOP SECRET//NOFORN//ORCON", "TOP SECRET", ("NOFORN", "ORCON")),
    ],
)
def test_level_of_the_table(cell: str, level: str, handling: tuple[str, ...]) -> None:
    found = read_level(cell)
    assert found is not None
    assert (found.level, found.handling) == (level, handling)


def test_a_level_that_nobody_knows_is_none() -> None:
    assert read_level("MOST SECRET") is None
