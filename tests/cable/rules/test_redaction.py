from __future__ import annotations

import pytest

from preserve.cable.rules.redaction import find_redactions
from preserve.cable.text.flat import flatten


def texts(source: str, found: object) -> list[str]:
    assert isinstance(found, list)
    return [flatten(source).text[start:end] for start, end in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("told XXXXXXXXXXXX that", ["XXXXXXXXXXXX"]),
        ("told XXXXXXXXXXxx's man", ["XXXXXXXXXXxx"]),
        ("told xxxxx that", ["xxxxx"]),
        ("met [NAME REMOVED] and [Source removed].", ["[NAME REMOVED]", "[Source removed]"]),
        ("Superbowl XXX, Louis XXXIX, [sic], [names]", []),
    ],
)
def test_redactions(text: str, expected: list[str]) -> None:
    assert texts(text, list(find_redactions(flatten(text)))) == expected
