"""Every real body of the samples: each character in one segment, and the fields that a reader of it would see.

The grammar is tested alone, on the two blocks of each captured page and on plain texts; readers have their own tests.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cable.making import assert_layout

from preserve.cable.grammar import ParsedBody, read_body
from preserve.cable.record import SegmentKind
from preserve.cable.record.identifier import parse_identifier
from preserve.cable.rules.routing_header import read_header, split_header

_BLOCK = re.compile(r"<pre>(.*?)</pre>", re.DOTALL)
_LINK = re.compile(r"</?a\b[^>]*>")

UNSIGNED = {"06ASUNCION589", "08PARIS130"}
"""Both end without a name."""


def _bodies(samples: Path) -> Iterator[tuple[str, str, str]]:
    for path in sorted((samples / "wikileaks-html").glob("*.html")):
        header, body = _BLOCK.findall(path.read_text(encoding="utf-8"))[:2]
        yield path.stem, html.unescape(_LINK.sub("", header)), html.unescape(_LINK.sub("", body))
    for path in sorted((samples / "plain-text").glob("*.txt")):
        text = path.read_bytes().decode("utf-8", errors="replace")
        at = split_header(text)
        yield path.stem, text[:at], text[at:]


def _read(samples: Path) -> Iterator[tuple[str, str, ParsedBody]]:
    for name, _, body in _bodies(samples):
        yield name, body, read_body(body, parse_identifier(name))


def test_every_character_is_in_one_segment_and_almost_none_is_unknown(samples: Path) -> None:
    total = unknown = count = 0
    for _, body, read in _read(samples):
        assert_layout(body, read.segments, read.marks)
        count, total = count + 1, total + len(body)
        unknown += sum(each.end - each.start for each in read.segments if each.kind is SegmentKind.OTHER)
    assert count == 41
    assert unknown * 500 < total


def test_every_header_is_laid_out(samples: Path) -> None:
    for _, text, _ in _bodies(samples):
        header, _ = read_header(text)
        assert_layout(text, header.segments, header.marks)


def test_every_cable_has_its_banner_subject_tags_paragraphs_and_signer(samples: Path) -> None:
    for name, _, read in _read(samples):
        assert read.banner is not None, name
        assert read.banner.reference is not None, name
        assert read.banner.reference.serial == parse_identifier(name).serial, name
        assert read.subject, name
        assert read.tags, name
        assert read.paragraphs, name
        assert bool(read.signed_by) == (name not in UNSIGNED), name


def test_a_body_flattened_has_the_same_fields(samples: Path) -> None:
    for name, body, read in _read(samples):
        flat = read_body(" ".join(body.split()), parse_identifier(name))
        for field in (
            "subject",
            "tags",
            "references",
            "classified_by",
            "reasons",
            "signed_by",
            "captions",
            "attention",
            "dateline",
            "ambiguous_tags",
        ):
            assert getattr(flat, field) == getattr(read, field), (name, field)
        for stated in (_authority, _banner, _paragraphs, _headings):
            assert stated(flat) == stated(read), (name, stated)


def test_a_header_flattened_has_the_same_addressees_but_one(samples: Path) -> None:
    """In one header of 1972 three names without indicators stand on three lines: nothing else tells them apart."""
    differ = set()
    for name, header, _ in _bodies(samples):
        if read_header(header)[1] != read_header(" ".join(header.split()))[1]:
            differ.add(name)
    assert differ == {"72TEHRAN1164"}


@pytest.mark.parametrize("pilcrow", ["Â¶", "\ufffd", "§"])
def test_a_pilcrow_that_a_wrong_decoding_changed_is_one(samples: Path, pilcrow: str) -> None:
    for name, body, read in _read(samples):
        other = read_body(body.replace("¶", pilcrow), parse_identifier(name))
        assert (other.references, _paragraphs(other)) == (read.references, _paragraphs(read)), name


def _authority(read: ParsedBody) -> object:
    return read.authority and (read.authority.order, read.authority.declassify_on)


def _banner(read: ParsedBody) -> object:
    return read.banner and (read.banner.banner, read.banner.reference)


def _paragraphs(read: ParsedBody) -> object:
    return [(each.number, each.portion) for each in read.paragraphs]


def _headings(read: ParsedBody) -> object:
    return [each.heading for each in read.sections]
