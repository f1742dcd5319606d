from __future__ import annotations

import pytest
from tests.cable.making import HEAD, read

from preserve.cable.record import MarkKind

REFERRING = HEAD[:-2] + "\nREF: A. ZENDA 7\n     B. ZENDA 8\n\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("as said (ref A) before", [("(ref A)", "/references/0")]),
        ("as said (REF B) before", [("(REF B)", "/references/1")]),
        ("as said in Reftel B, before", [("Reftel B", "/references/1")]),
        ("as said in ref (A) before", [("ref (A)", "/references/0")]),
        ("as said (reftels) before", [("(reftels)", None)]),
        ("as said in ref C before", [("ref C", None)]),
        ("the reform of the referee, ref a thing", []),
    ],
)
def test_mentions_of_references(text: str, expected: list[tuple[str, str | None]]) -> None:
    whole = REFERRING + "1. (C) He did " + text + "."
    understood = read(whole)
    assert [reference.label for reference in understood.references] == ["A", "B"]
    mentions = [mark for mark in understood.marks if mark.kind is MarkKind.REFERENCE_MENTION]
    assert [(whole[mark.start : mark.end], mark.target) for mark in mentions] == expected


def test_reftel_is_the_only_reference() -> None:
    text = HEAD[:-2] + "\nREF: ZENDA 7\n\n1. (C) As requested Reftel, he came."
    assert [mark.target for mark in read(text).marks if mark.kind is MarkKind.REFERENCE_MENTION] == ["/references/0"]
