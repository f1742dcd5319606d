"""Characters of the cable in its TEI: each can be read back, those too that XML cannot hold."""

from __future__ import annotations

import pytest

from preserve.tei.characters import char_id, name_part, transcribe


def test_what_xml_cannot_hold_is_a_glyph() -> None:
    assert transcribe("A\x07 & B\ufffe") == 'A<g ref="#char-0007"/> &amp; B<g ref="#char-FFFE"/>'
    assert char_id("\x07") == "char-0007"


@pytest.mark.parametrize(
    ("value", "name"),
    [("S//NF", "S-NF"), ("1.4(b)", "1.4-b"), ("  É ", "x"), ("", "x"), ("02STRELSAU17", "02STRELSAU17")],
)
def test_any_value_is_a_part_of_a_name(value: str, name: str) -> None:
    assert name_part(value) == name
