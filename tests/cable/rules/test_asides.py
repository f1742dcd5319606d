from __future__ import annotations

import pytest
from tests.cable.making import HEAD, assert_layout, marked, read

from preserve.cable.record import MarkKind


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("1. (C) Summary: One. End summary. 2. (C) Two.", MarkKind.SUMMARY, ["Summary: One. End summary."]),
        ("1. (C) BEGIN SUMMARY. ONE. END SUMMARY 2. (C) Two.", MarkKind.SUMMARY, ["BEGIN SUMMARY. ONE. END SUMMARY"]),
        (
            "1. (C) Summary/Comment: One. End\nsummary/comment. 2. (C) Two.",
            MarkKind.SUMMARY,
            ["Summary/Comment: One. End summary/comment."],
        ),
        ("1. (C) One. End summary. 2. (C) Two.", MarkKind.SUMMARY, ["One. End summary."]),
        ("1. (C) One. End summary. Two. End summary.", MarkKind.SUMMARY, ["One. End summary."]),
        ("1. (C) Summary: One. End summary. Two. End summary.", MarkKind.SUMMARY, ["Summary: One. End summary."]),
        ("1. (C) Summary: One. 2. (C) Two.", MarkKind.SUMMARY, ["Summary: One."]),
        (
            "1. (C) Summary: One. 2. (C) Two. End summary.",
            MarkKind.SUMMARY,
            ["Summary: One.", "2. (C) Two. End summary."],
        ),
        ("1. (C) One (Note: A (small) thing. End note.) more.", MarkKind.NOTE, ["(Note: A (small) thing. End note.)"]),
        ("1. (C) One (Note: A (small) thing.) more.", MarkKind.NOTE, ["(Note: A (small) thing.)"]),
        ("1. (C) One. Note: A thing. End note. More.", MarkKind.NOTE, ["Note: A thing. End note."]),
        ("1. (C) Comment: One. 2. (C) Two.", MarkKind.COMMENT, ["Comment: One."]),
        ("1. (C) One. COMMENT: Two. END COMMENT. Three.", MarkKind.COMMENT, ["COMMENT: Two. END COMMENT."]),
        ("1. (C) He took note: a comment was not made. In summary: no.", MarkKind.NOTE, []),
        ("1. (C) (Note: never closed.", MarkKind.NOTE, []),
    ],
)
def test_asides(text: str, kind: MarkKind, expected: list[str]) -> None:
    understood = read(HEAD + text)
    assert marked(HEAD + text, understood, kind) == expected
    assert_layout(HEAD + text, understood.segments, understood.marks)
