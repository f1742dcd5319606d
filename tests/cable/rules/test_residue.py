from __future__ import annotations

import pytest

from preserve.cable.rules.residue import find_residue
from preserve.cable.text.flat import flatten


def texts(source: str, found: object) -> list[str]:
    assert isinstance(found, list)
    return [flatten(source).text[start:end] for start, end in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("so <<218634>> it", ["<<218634>>"]),
        ("so <<<1>> it", ["<<1>>"]),
        ("at 10:00 he 2007-09-11 09:44:00 07ZENDA1 Embassy Zenda SECRET it", None),
        ("2007-09-11 09:44:00 07ZENDA1 Embassy Zenda SECRET 04ZENDA2|04ZENDA3 it", None),
        ("12007-09-11 09:44:00 07ZENDA1 Embassy Zenda SECRET it", []),
        ("a<br>b </td> 1 < 2", ["<br>", "</td>"]),
        ("a &D; b & c &D", ["&D;"]),
        ("a \\ b\\ c\\d", ["\\", "\\"]),
        (":00 <", []),
    ],
)
def test_residue(text: str, expected: list[str] | None) -> None:
    found = texts(text, sorted(find_residue(flatten(text))))
    assert found == ([text[text.index("2007") : -3]] if expected is None else expected)
