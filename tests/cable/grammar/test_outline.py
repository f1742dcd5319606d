from __future__ import annotations

from tests.cable.making import HEAD

from preserve.cable.grammar.outline import find_head_end, find_repeats, read_outline
from preserve.cable.rules.labels import read_labels
from preserve.cable.text.flat import flatten

LATER = (
    "C O N F I D E N T I A L SECTION 02 OF 02 STRELSAU 000112 SIPDIS E.O. 12958: N/A TAGS: PGOV, RZ SUBJECT: A THING "
)
FIRST = LATER.replace("02 OF", "01 OF")


def test_the_outline_says_where_the_parts_are() -> None:
    flat = flatten(HEAD + "1. (C) One. 2. (C) Two.")
    outline = read_outline(flat, read_labels(flat))
    assert [label.name for label in outline.labels] == ["authority", "tags", "subject"]
    assert flat.text[: outline.behind_banner] == "UNCLAS STRELSAU 000112"
    assert flat.text[outline.head :].startswith("E.O.")
    assert flat.text[outline.first :] == "1. (C) One. 2. (C) Two."
    assert [each.number for each in outline.paragraphs] == [1, 2]
    assert list(find_repeats(flat, outline)) == []


def test_a_text_without_labels_has_a_head_of_some_length() -> None:
    long = flatten("word " * 1000)
    outline = read_outline(long, [])
    assert (outline.behind_banner, outline.head, outline.first) == (0, 600, len(long))
    assert find_head_end(flatten("word"), []) == 4


def test_a_label_inside_a_later_section_is_none_of_the_head() -> None:
    flat = flatten(FIRST + "Words. " + LATER.replace("SUBJECT", "REF: ZENDA 1 SUBJECT"))
    outline = read_outline(flat, read_labels(flat))
    assert [label.name for label in outline.labels] == ["authority", "tags", "subject"]


def test_a_head_that_a_later_section_repeats() -> None:
    for text in ("1. (C) One. ", "He came to town. " * 30):
        flat = flatten(FIRST + text + LATER + "And he left.")
        found = [flat.text[start:end] for start, end in find_repeats(flat, read_outline(flat, read_labels(flat)))]
        assert found == [LATER.strip()]
