from __future__ import annotations

import pytest

from preserve.cable.rules.stray_captions import find_stray_captions
from preserve.cable.text.flat import flatten


@pytest.mark.parametrize(
    ("text", "strays"),
    [
        ("Secretary of the Council of State, and the Procurator SIPDIS General", 1),
        ("Confidential talks were held in the castle on Monday SIPDIS night", 1),
        ("unclassified papers were found in the castle there SIPDIS and", 1),
        ("Secret SIPDIS talks", 0),
        ("Secretary " + "x" * 90 + " SIPDIS General", 0),
        ("Please include SIPDIS in all replies", 0),
        ("the Secretary asked that all posts use SIPDISX or NOSIPDIS here", 0),
    ],
)
def test_stray_captions(text: str, strays: int) -> None:
    assert len(list(find_stray_captions(flatten(text), 0))) == strays
