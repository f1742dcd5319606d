"""Facts of the real pages, asserted as short values and digests: the repository holds no text of a real cable."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.protocols.reader import read_with

from preserve.cable.normalization import normalize
from preserve.cable.record import Basis, Cable, MarkKind, Rights, SegmentKind
from preserve.readers.formats.cablebrowser import CablebrowserReader
from preserve.readers.reader import SourceItem

RIGHTS = Rights(copyright="http://rightsstatements.org/vocab/NoC-US/1.0/")


def record(samples: Path, name: str) -> Cable:
    path = samples / "cablebrowser" / name
    return normalize(read_with(CablebrowserReader(), SourceItem(path.name, path.read_bytes(), str(path))), RIGHTS)


@pytest.fixture
def seed(samples: Path) -> Cable:
    return record(samples, "05ALMATY4281.flattened.txt")


def test_the_head_of_the_seed(seed: Cable) -> None:
    assert seed.identifier == "05ALMATY4281"
    assert seed.message_reference is not None
    assert (seed.message_reference.text, seed.message_reference.post, seed.message_reference.serial) == (
        "ALMATY 004281",
        "ALMATY",
        4281,
    )
    assert seed.subject is not None
    assert (len(seed.subject), seed.subject[:11]) == (68, "KAZAKHSTAN:")
    assert seed.origin is not None
    assert (seed.origin.name, seed.origin.station, seed.origin.place) == ("US Office Almaty", "ALMATY", "Almaty")
    assert seed.created is not None
    assert (seed.created.value, seed.created.zone, seed.created.reliability) == (
        "2005-12-02T09:08:00",
        "unknown",
        "stated",
    )
    assert seed.captions == ("SIPDIS",)
    assert seed.attention == ("DEPARTMENT FOR EUR/CACEN, J. MUDGE",)


def test_the_marking_of_the_seed(seed: Cable) -> None:
    marking = seed.classification
    assert marking is not None
    assert marking.banner is not None
    assert marking.declassify_on is not None
    assert (marking.level, marking.text, marking.handling) == ("CONFIDENTIAL", "CONFIDENTIAL", ())
    assert (marking.banner.text, marking.banner.level) == ("C O N F I D E N T I A L", "CONFIDENTIAL")
    assert marking.authority == "E.O. 12958"
    assert (marking.declassify_on.text, marking.declassify_on.date) == ("12/02/2015", "2015-12-02")
    assert marking.classified_by == ("DCM Mark Asquino",)
    assert marking.reasons == ("1.4(b)", "1.4(d)")


def test_tags_and_references_of_the_seed(seed: Cable) -> None:
    assert [(tag.value, tag.kind, tag.basis) for tag in seed.tags] == [
        ("PGOV", "subject", Basis.STATED),
        ("PREL", "subject", Basis.STATED),
        ("KZ", "geographic", Basis.STATED),
        ("2005 Election", "term", Basis.STATED),
    ]
    (reference,) = seed.references
    assert (reference.label, reference.text, reference.kind) == (None, "ALMATY 4144", "telegram")
    assert (reference.identifier, reference.identifier_basis) == ("05ALMATY4144", Basis.INFERRED_YEAR)


def test_the_text_of_the_seed(seed: Cable) -> None:
    body = seed.body
    assert body.sha256 == "c67a3a44441b97bae78d34a5c811db7a30ecdbb2558c19c67ab0dcf0b933b923"
    assert (len(body.text), body.line_breaks) == (6021, "flattened")
    assert [(each.number, each.portion, each.start, each.end) for each in body.paragraphs] == [
        (1, "C", 298, 784),
        (2, "C", 784, 1465),
        (3, "C", 1465, 2260),
        (4, "C", 2260, 2783),
        (5, "C", 2783, 3137),
        (6, "C", 3137, 3894),
        (7, "C", 3894, 4314),
        (8, "C", 4314, 5487),
        (9, "C", 5487, 6015),
    ]
    assert seed.signed_by == ("ORDWAY",)
    assert SegmentKind.OTHER not in {segment.kind for segment in body.segments}
    kinds = [mark.kind for mark in body.marks]
    assert [kinds.count(kind) for kind in (MarkKind.SUMMARY, MarkKind.NOTE, MarkKind.COMMENT)] == [1, 3, 1]


def test_the_stray_caption_and_the_reftel_of_the_seed(seed: Cable) -> None:
    (stray,) = [mark for mark in seed.body.marks if mark.kind is MarkKind.STRAY_CAPTION]
    assert (seed.body.text[stray.start : stray.end], stray.start) == ("SIPDIS", 1131)
    assert [finding.code for finding in seed.findings] == ["stray-caption"]
    (mention,) = [mark for mark in seed.body.marks if mark.kind is MarkKind.REFERENCE_MENTION]
    assert (seed.body.text[mention.start : mention.end], mention.target) == ("(reftel)", "/references/0")


def test_what_the_page_of_the_seed_says_of_itself(seed: Cable) -> None:
    assert (seed.redaction.status, seed.redaction.agent, seed.redaction.spans) == ("not-redacted", "WikiLeaks", ())
    assert (seed.completeness.status, seed.completeness.missing) == ("partial", ("routing-header",))
    release = seed.provenance.release
    assert release is not None
    assert (release.name, release.date) == ("cablebrowser-2", "2011-10-04")
    assert len(seed.provenance.page.table) == 7
    assert (seed.provenance.page.rendering, seed.provenance.source.size) == ("flattened", 6851)


def test_colombo(samples: Path) -> None:
    made = record(samples, "03COLOMBO1238.lines.partial.txt")
    assert made.subject is not None
    assert made.subject.endswith("suspension of Embassy operations")
    assert made.subject == made.provenance.page.heading
    marking = made.classification
    assert marking is not None
    assert marking.declassify_on is not None
    assert (marking.authority, marking.declassify_on.text) == ("E.O. 12958", "07-15-13")
    assert marking.declassify_on.date == "2013-07-15"
    assert marking.reasons == ("1.5(b)", "1.5(d)")
    assert marking.classified_by == ("Donald A. Camp, Charge d'Affaires",)
    assert [tag.value for tag in made.tags] == ["PREL", "PGOV", "CE", "IZ", "External Relations"]
    assert [reference.identifier for reference in made.references] == ["03COLOMBO1214"]
    assert [(each.number, each.portion) for each in made.body.paragraphs] == [(1, "U"), (2, "U"), (3, "C")]
    assert made.signed_by == ("CAMP",)
    assert made.body.line_breaks == "kept"
    assert [finding.code for finding in made.findings] == ["release-incomplete"]


def test_the_page_of_which_only_the_head_is_left(samples: Path) -> None:
    made = record(samples, "05ALMATY4285.lines.head-only.txt")
    assert made.captions == ("SIPDIS", "SENSITIVE", "C O R R E C T E D C O P Y - TEXT")
    marking = made.classification
    assert marking is not None
    assert marking.declassify_on is not None
    assert marking.level == "UNCLASSIFIED//FOR OFFICIAL USE ONLY"
    assert (marking.authority, marking.declassify_on.text, marking.declassify_on.date) == ("E.O. 12958", "N/A", None)
    assert made.created is not None
    assert made.created.value == "2005-12-02T10:59:00"
    assert made.completeness.missing == ("routing-header", "tail")
    assert made.signed_by == ()
    assert [finding.code for finding in made.findings] == ["page-truncated", "text-truncated"]
