from __future__ import annotations

import pytest

from preserve.cable.rules.reasons import read_reasons
from preserve.cable.text.flat import flatten


@pytest.mark.parametrize(
    ("text", "reasons", "phrase"),
    [
        ("reasons 1.4 (B) and (D). 1. (C) Summary", ("1.4(b)", "1.4(d)"), "1.4 (B) and (D)"),
        ("Reasons 1.5 (b, d).", ("1.5(b)", "1.5(d)"), "1.5 (b, d)"),
        ("Reason: 1.4 b and d ", ("1.4(b)", "1.4(d)"), "1.4 b and d"),
        ("REASON 1.5.D. 2. (C)", ("1.5(d)",), "1.5.D"),
        ("reasons 1.4 (b/d)", ("1.4(b)", "1.4(d)"), "1.4 (b/d)"),
        ("reasons 1.4 (b) and 1.5 (d)", ("1.4(b)", "1.5(d)"), "1.4 (b) and 1.5 (d)"),
        ("reason 1.4 (a), (b) and (b)", ("1.4(a)", "1.4(b)"), "1.4 (a), (b) and (b)"),
        ("reason 1.4. Summary", ("1.4",), "1.4"),
        ("reasons 1.4 (b) and (d). (C) Summary", ("1.4(b)", "1.4(d)"), "1.4 (b) and (d)"),
    ],
)
def test_reasons(text: str, reasons: tuple[str, ...], phrase: str) -> None:
    found = read_reasons(flatten(text), 0, len(text))
    assert found is not None
    assert (found[0], text[slice(*found[1])].rstrip(".")) == (reasons, phrase)


def test_numbers_that_only_look_like_reasons() -> None:
    text = "growth of 1.45 percent, 21.4 (b), 1.7 (b)"
    assert read_reasons(flatten(text), 0, len(text)) is None
