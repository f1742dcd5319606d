"""Comparisons of made-up twins: symmetric, exhaustive, and silent on what a redaction hides."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

from hypothesis import assume, given, strategies as st
from tests.cli.command import preserve
from tests.selection import examples
from tests.twins import BODY, HEADER, cable, page_text

from preserve.cable.record import Cable
from preserve.compare.cables import compare_cables
from preserve.compare.corpus import compare_folders
from preserve.compare.matching import align
from preserve.compare.model import CableOutcome, Change, ChangeKind, Comparison
from preserve.compare.operands import find_operand, read_operand
from preserve.report import comparison as report

WORDS = st.text("abAB15.,-'“\n ¶(Xé&;#\u00a0", max_size=4)
"""What is put into texts: letters, digits, signs of the table and others, white space, half a redaction."""

EDITS = st.lists(st.tuples(st.integers(0, len(BODY)), st.integers(0, 30), WORDS | st.just("XXXXXXXX")), max_size=4)


def _edited(edits: list[tuple[int, int, str]], body: str = BODY) -> str:
    for start, length, new in edits:
        body = body[:start] + new + body[start + length :]
    return body


BODIES = EDITS.map(_edited)
CABLES = st.builds(
    cable,
    BODIES | st.just(BODY),
    header=st.none() | st.just(HEADER),
    data=st.sampled_from(["", "x"]),
    created=st.sampled_from(["2005-02-22 16:40:00", "2005-02-22 16:41:00", "", "XXXX"]),
    tags=st.sampled_from(["PGOV PREL", "PGOV PARM"]),
)

_TURNED = {Change.ADDED: Change.REMOVED, Change.REMOVED: Change.ADDED, Change.CHANGED: Change.CHANGED}
_OTHER_SIDE = {"old": "new", "new": "old", "removed": "added", "added": "removed"}


def _turned(value: object) -> object:
    """A result, as plain values, as it must be for turned arguments."""
    if isinstance(value, Change):
        return _TURNED[value]
    if isinstance(value, dict):
        return {_OTHER_SIDE.get(name, name): _turned(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_turned(each) for each in value]
    return _OTHER_SIDE[value] if value in ("old", "new") else value


def _plain(result: Comparison) -> object:
    return _turned(_turned(asdict(result)))


@given(CABLES)
@examples(60)
def test_a_cable_equals_itself(one: Cable) -> None:
    assert compare_cables(one, one) == Comparison(identifier=one.identifier, kinds=())


@given(CABLES, CABLES)
@examples(200)
def test_turned_round_only_the_sides_change(one: Cable, other: Cable) -> None:
    assert _turned(asdict(compare_cables(one, other))) == _plain(compare_cables(other, one))


@given(CABLES, CABLES)
@examples(200)
def test_every_difference_has_a_kind_and_every_kind_a_difference(one: Cable, other: Cable) -> None:
    result = compare_cables(one, other)
    assert bool(result.kinds) == (one.provenance.source.sha256 != other.provenance.source.sha256)
    assert list(result.kinds) == sorted(result.kinds, key=list(ChangeKind).index)
    assert result.kinds == (ChangeKind.CHROME,) or ChangeKind.CHROME not in result.kinds
    if one.header == other.header and one.body.text != other.body.text:
        assert set(result.kinds) - {ChangeKind.CHROME, ChangeKind.METADATA}
    if one.header == other.header and one.body.text == other.body.text:
        assert set(result.kinds) <= {ChangeKind.CHROME, ChangeKind.METADATA}


@given(CABLES, CABLES)
@examples(200)
def test_every_place_is_in_its_text_and_a_redaction_is_there(one: Cable, other: Cable) -> None:
    result = compare_cables(one, other)
    sides = {"old": one, "new": other}
    for name, side in sides.items():
        texts = {"header": side.header.text if side.header else "", "body": side.body.text}
        places = [getattr(each, name) for each in (*result.redactions, *result.words)]
        assert all(0 <= each.start <= each.end <= len(texts[each.text]) for each in places if each)
        for each in (getattr(change, name) for change in result.redactions):
            assert each is None or "XXXX" in texts[each.text][each.start : each.end].upper()


@given(BODIES, st.lists(st.integers(0, 200)))
@examples(100)
def test_white_space_put_anywhere_between_words_is_white_space(body: str, places: list[int]) -> None:
    words = body.split()
    assume(words)
    gaps = ["\n \n" if at in places else " " for at in range(len(words))]
    old, new = " ".join(words), "".join(word + gap for word, gap in zip(words, gaps, strict=True)).strip()
    kinds = set(compare_cables(cable(old), cable(new)).kinds)
    assert kinds <= ({ChangeKind.WHITESPACE} if old != new else set())


@given(st.lists(st.sampled_from("abcdef")), st.lists(st.sampled_from("abcdef")))
def test_matches_ascend_and_are_equal_and_are_the_same_turned_round(old: list[str], new: list[str]) -> None:
    pairs = align(old, new)
    assert all(old[mine] == new[theirs] for mine, theirs in pairs)
    assert all(one[0] < two[0] and one[1] < two[1] for one, two in pairwise(pairs))
    assert [(theirs, mine) for mine, theirs in pairs] == align(new, old)


# --- the iron rule ---

SECRETS = st.text("bcdfghjklmnpqrstvwz", min_size=7, max_size=12).map(lambda word: "Q" + word)
"""Words that nothing else in the made-up cable has a part of."""

STYLES = st.sampled_from(["XXXXXXXXXXXX", "xxxxxxxx", "XXXX", "[NAME REMOVED]", "[Source removed]"])
# Where a secret stands, with what is around it: every line that a field is read from, and the paragraphs.
SPOTS = (
    "T. HALLAM",
    "PREL",
    "KING",
    "STRELSAU 98",
    "04 ZENDA 17",
    "Jonas Wray",
    "1.4 (b)",
    "02/22/2015",
    "Kurt Vogel",
    "merchant",
    "Nothing",
    "ORMSBY",
    "CONFIDENTIAL",
    "000112",
    "SIPDIS",
    "SUBJECT:",
    "1. (C)",
)
CELLS = ("origin", "created", "classification", "tags", "redacted", "partial", "released")


def _everything_said(old: Cable, new: Cable) -> str:
    """All that can be printed of a comparison, and its own inside."""
    result = compare_cables(old, new)
    line = json.dumps(report.compare_line("a.txt", "b.txt", result), ensure_ascii=False)
    return "\n".join((repr(result), line, *report.compare_text("a.txt", "b.txt", result)))


def _parts_of(secret: str) -> set[str]:
    return {secret.casefold()[at : at + 4] for at in range(len(secret) - 3)}


@st.composite
def _twins(draw: st.DrawFn) -> tuple[set[str], Cable, Cable]:
    """Draw a cable with secrets, and its twin that hides each of them."""
    shown, hidden = BODY, BODY
    head_shown = head_hidden = HEADER
    secrets = set()
    for spot in draw(st.lists(st.sampled_from(SPOTS), min_size=1, max_size=5, unique=True)):
        secret, style = draw(SECRETS), draw(STYLES)
        secrets.add(secret)
        form = draw(st.sampled_from(["{}", "{}S", "({})", "THE {}", "{}, {}", "{}\n{}"]))
        spelt = draw(st.sampled_from([secret, secret.upper(), secret.lower()]))
        shown = shown.replace(spot, form.replace("{}", spelt), 1)
        hidden = hidden.replace(spot, form.replace("{}", style), 1)
    if draw(st.booleans()):
        secret = draw(SECRETS)
        secrets.add(secret)
        head_shown = HEADER.replace("ZENDA", secret.upper())
        head_hidden = HEADER.replace("ZENDA", draw(STYLES))
    hidden = _edited(
        draw(st.lists(st.tuples(st.integers(0, len(hidden)), st.integers(0, 40), WORDS), max_size=3)), hidden
    )
    # An edit may take a redaction away; were it the only one, nobody could know that there was any.
    assume(re.search(r"x{4}|removed]", hidden, re.IGNORECASE))
    cells_shown, cells_hidden = {}, {}
    for cell in draw(st.lists(st.sampled_from(CELLS), max_size=3, unique=True)):
        secret = draw(st.sampled_from(sorted(secrets)))
        cells_shown[cell] = f"PREL {secret}"
        cells_hidden[cell] = draw(st.sampled_from(["", f"PREL {draw(STYLES)}", draw(STYLES), "PGOV"]))
    header = draw(st.booleans())
    return (
        secrets,
        cable(shown, header=head_shown if header else None, **cells_shown),
        cable(hidden, header=head_hidden if header else None, **cells_hidden),
    )


@given(_twins())
@examples(400)
def test_what_one_side_redacts_is_never_said_in_either_order(twins: tuple[set[str], Cable, Cable]) -> None:
    secrets, shown, hidden = twins
    for old, new in ((shown, hidden), (hidden, shown)):
        said = _everything_said(old, new).casefold()
        assert not [part for secret in secrets for part in _parts_of(secret) if part in said]


def test_the_test_of_the_iron_rule_can_fail() -> None:
    # A value that is shown is seen by it: the subject of cables without any redaction.
    shown = cable(BODY.replace("KING", "QBCDFGHJ"))
    assert _parts_of("Qbcdfghj") <= {
        part for part in _parts_of("Qbcdfghj") if part in _everything_said(shown, cable()).casefold()
    }


def test_the_command_is_silent_too(tmp_path: Path) -> None:
    secret = "Qbcdfghjkl"
    body = BODY.replace("KING", secret.upper()).replace("Kurt Vogel", secret).replace("ORMSBY", secret.upper())
    hidden = body.replace(secret.upper(), "XXXXXXXX").replace(secret, "[NAME REMOVED]")
    for name, page in (("a", page_text(body)), ("b", page_text(hidden))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "page.txt").write_text(page.replace("THE KING", "A KING"), encoding="utf-8")
    for arguments in (["a/page.txt", "b/page.txt"], ["b/page.txt", "a/page.txt", "--json"], ["--corpus", "b", "a"]):
        done = preserve("compare", *arguments, cwd=tmp_path, PRESERVE_DEBUG="1")
        assert done.returncode == 0
        assert "redaction" in done.stdout
        said = (done.stdout + done.stderr).casefold()
        assert not [part for part in _parts_of(secret) if part in said]


# --- folders ---

EDITED_PAGES = st.builds(
    page_text,
    st.sampled_from(
        [BODY, BODY.replace("certain", "sure"), BODY.replace("Kurt Vogel", "XXXX"), " ".join(BODY.split())]
    ),
    created=st.sampled_from(["16:40", "16:41"]),
    chrome=st.sampled_from(["", "A banner."]),
)
FOLDERS = st.dictionaries(st.integers(1, 5), EDITED_PAGES, min_size=1)


@given(FOLDERS, FOLDERS)
@examples(40)
def test_the_table_of_folders_is_that_of_their_pairs(old: dict[int, str], new: dict[int, str]) -> None:
    with tempfile.TemporaryDirectory() as place:
        paths = {}
        for name, pages in (("a", old), ("b", new)):
            Path(place, name).mkdir()
            for number, page in pages.items():
                path = Path(place, name, f"{number}.txt")
                path.write_text(page.replace("05STRELSAU112", f"05STRELSAU{number}"), encoding="utf-8")
                paths[name, number] = str(path)
        lines = {line.identifier: line for line in compare_folders([Path(place, "a"), Path(place, "b")])}
        assert set(lines) == {f"05STRELSAU{number}" for number in old.keys() | new.keys()}
        for number in old.keys() | new.keys():
            line = lines[f"05STRELSAU{number}"]
            if number not in new:
                assert (line.outcome, line.kinds) == (CableOutcome.REMOVED, ())
            elif number not in old:
                assert (line.outcome, line.kinds) == (CableOutcome.NEW, ())
            else:
                pair = compare_cables(*(read_operand(find_operand(paths[name, number])) for name in "ab"))
                assert line.kinds == pair.kinds
                assert line.outcome is (CableOutcome.CHANGED if pair.kinds else CableOutcome.UNCHANGED)
