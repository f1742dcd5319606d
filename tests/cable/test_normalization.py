from __future__ import annotations

import json

import pytest
from tests.cable.making import HEAD, RIGHTS, page

from preserve.cable.normalization import normalize
from preserve.cable.record import Basis, Cable, Created, PageCapture, SegmentKind
from preserve.cable.record.codec import record_to_json
from preserve.cable.record.schema import check_record
from preserve.cable.text.page import Page
from preserve.findings import Finding

BODY = HEAD + "1. (C) All was calm.\nORMSBY"
HEADER = "P 221640Z FEB 05\nFM AMEMBASSY STRELSAU\nTO RUEHC/SECSTATE WASHDC"


def cable(body: str = BODY, **parts: object) -> Cable:
    made = normalize(page(body, parts), RIGHTS)
    assert check_record(json.loads(json.dumps(record_to_json(made)))) == ()
    return made


def codes(made: Cable) -> list[str]:
    return [finding.code for finding in made.findings]


def test_a_whole_record_without_a_finding() -> None:
    made = cable(
        origin="US Office Strelsau",
        created="2005-02-22 16:40:00",
        classification="UNCLASSIFIED",
        tags="PGOV RZ",
        redacted="This cable was not redacted by Wikileaks.",
        header=HEADER,
        capture=PageCapture(format="test", rendering="lines", heading="A thing"),
    )
    assert codes(made) == []
    assert made.identifier == "05STRELSAU112"
    assert made.received_identifier is None
    assert made.created == Created(text="2005-02-22 16:40:00", value="2005-02-22T16:40:00", reliability="dtg-confirmed")
    assert made.completeness.status == "complete"
    assert made.header is not None
    assert made.rights is RIGHTS


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2005-12-02 09:08:00", "2005-12-02T09:08:00"),
        ("2005-12-02 09:08", "2005-12-02T09:08:00"),
        ("2005-02-30 09:08:00", None),
        ("2005-12-02 25:08:00", None),
        ("2 December 2005", None),
        ("0005-12-02 09:08:00", None),
        ("2005-12-02 09:08:00Z", None),
        ("２005-12-02 09:08:00", None),
    ],
)
def test_created(text: str, value: str | None) -> None:
    made = cable(created=text)
    assert (made.created.value if made.created else None) == value
    assert ("created-unreadable" in codes(made)) == (value is None)


def test_minutes_of_a_page_that_prints_false_ones() -> None:
    made = cable(created="2005-02-22 16:04", minutes_unreliable=True, header=HEADER)
    assert made.created is not None
    assert (made.created.value, made.created.reliability) == ("2005-02-22T16:40:00", "dtg-confirmed")
    assert made.created.text == "2005-02-22 16:04"
    assert codes(made) == ["minutes-unreliable"]


@pytest.mark.parametrize(
    ("dateline", "unreliable", "value", "reliability"),
    [
        ("Tuesday, 22 February 2005, 16:40 ", True, "2005-02-22T16:40:00", "dateline-confirmed"),
        ("Tuesday, 22 February 2005, 16:04 ", False, "2005-02-22T16:04:00", "dateline-confirmed"),
        ("Tuesday, 22 February 2005, 17:40 ", True, "2005-02-22T16:04:00", "minutes-unreliable"),
        ("Tuesday, 31 February 2005, 16:40 ", True, "2005-02-22T16:04:00", "minutes-unreliable"),
        ("Tuesday, 22 Smarch 2005, 16:40 ", True, "2005-02-22T16:04:00", "minutes-unreliable"),
        ("", True, "2005-02-22T16:04:00", "minutes-unreliable"),
        ("", False, "2005-02-22T16:04:00", "stated"),
    ],
)
def test_the_dateline_of_a_newspaper_tells_the_minutes(
    dateline: str, unreliable: bool, value: str, reliability: str
) -> None:
    made = cable(dateline + BODY, created="2005-02-22 16:04", minutes_unreliable=unreliable)
    assert made.created is not None
    assert (made.created.value, made.created.reliability) == (value, reliability)
    assert codes(made) == (["minutes-unreliable"] if unreliable else [])


@pytest.mark.parametrize(
    ("identifier", "banner", "code"),
    [
        ("88BAGHDAD28", "STATE 068250", "wrong-body"),
        ("88BAGHDAD28", "BAGHDAD 000029", "message-reference-differs"),
        ("88BAGHDAD28", "STATE 000028", "message-reference-differs"),
        ("88BAGHDAD28", "NOWHERE 000029", "message-reference-differs"),
        ("88BAGHDAD28", "BAGHDA 00028", None),
        ("05STRELSAU112", "STRELS 00112", None),
        ("05STRELSAU112", "STRELSA 00112", None),
        ("05NEWDELHI112", "NEW DE 00112", None),
        ("05KUALALUMPUR112", "KUALA LUMP 00112", None),
        ("05MONTERREY112", "MONTER 00112", None),
        ("05STATE112", "STRELS 00113", "message-reference-differs"),
        ("05TRIPOLI112", "TRIPOL 00113", "message-reference-differs"),
        ("05TRIPOLI112", "STOCKH 00113", "wrong-body"),
        ("88BAGHDAD28", "BAGHDAD 000028", None),
    ],
)
def test_whether_the_text_is_of_this_cable(identifier: str, banner: str, code: str | None) -> None:
    made = cable(BODY.replace("STRELSAU 000112", banner), identifier=identifier)
    assert codes(made) == ([] if code is None else [code])


def test_a_station_that_nothing_names_is_noted() -> None:
    assert codes(cable(BODY)) == []
    assert codes(cable(BODY.replace(" STRELSAU 000112", ""), origin="Embassy Strelsau")) == []
    assert codes(cable(BODY.replace(" STRELSAU 000112", ""))) == ["station-unknown"]
    assert codes(cable(BODY.replace(" STRELSAU 000112", ""), identifier="05TRIPOLI112")) == []


@pytest.mark.parametrize(
    ("received", "filed"), [("1978STOCKH00112", "78STOCKHOLM112"), ("1978STREL00112", "78STREL112")]
)
def test_the_number_of_a_document_has_its_post_cut(received: str, filed: str) -> None:
    made = cable(BODY.replace("STRELSAU 000112", f"{'STOCKHOLM' if 'STOCKH' in received else 'STRELSAU'} 00112"),
                 identifier=received)  # fmt: skip
    assert (made.identifier, made.received_identifier, codes(made)) == (filed, received, ["identifier-canonicalised"])


def test_a_post_that_is_too_short_for_a_cut_one_differs() -> None:
    made = cable(BODY.replace("STRELSAU", "STREL"))
    assert codes(made) == ["message-reference-differs", "station-unknown"]


def test_a_time_that_is_none_is_told_with_the_forms_that_are() -> None:
    (finding,) = cable(created="2 December 2005").findings
    assert finding.message.startswith("'2 December 2005' is neither YYYY-MM-DD HH:MM")
    assert finding.message.endswith("M/D/YYYY H:MM")


@pytest.mark.parametrize(("name", "told"), [("eorlow", True), ("XXXXXXXXXXXX", True), ("DCM Edna Orlow", False)])
def test_a_classifier_without_a_name_is_told(name: str, told: bool) -> None:
    made = cable(BODY.replace("SUBJECT: A THING\n", f"SUBJECT: A THING\nClassified By: {name}, reasons 1.4 (b)\n"))
    assert made.classification is not None
    assert made.classification.classified_by == (name,)
    seen = [(finding.code, finding.where, finding.message) for finding in made.findings]
    where = "/classification/classified_by/0"
    assert seen == ([("classifier-unclear", where, f"one word of {len(name)} characters")] if told else [])


def test_a_heading_that_lost_its_parenthesis_is_no_difference() -> None:
    body = BODY.replace("SUBJECT: A THING", "SUBJECT: (U) A THING")
    capture = PageCapture(format="test", rendering="lines", heading="U) A THING")
    assert codes(cable(body, capture=capture)) == []


def test_two_received_identifiers_may_have_one_canonical_one() -> None:
    one, other = (
        cable(BODY.replace(" STRELSAU 000112", ""), identifier=name) for name in ("07PAP12", "07PORTAUPRINCE12")
    )
    assert (one.identifier, one.received_identifier) == (other.identifier, "07PAP12")
    assert (other.identifier, other.received_identifier) == ("07PORTAUPRINCE12", None)


def test_references_that_only_the_source_lists() -> None:
    made = cable(references="04TRIPOLI12|05ZENDA0007| FBIS 12:3 |04TRIPOLI12|")
    assert [(each.text, each.kind, each.identifier, each.identifier_basis) for each in made.references] == [
        ("04TRIPOLI12", "telegram", "04TRIPOLI12", Basis.TABLE),
        ("05ZENDA0007", "telegram", "05ZENDA7", Basis.TABLE),
        ("FBIS 12:3", "other", None, None),
    ]
    assert codes(made) == []


def test_references_of_source_and_text_are_compared() -> None:
    body = BODY.replace("SUBJECT: A THING\n", "SUBJECT: A THING\nREF: 04 ZENDA 7\n")
    assert codes(cable(body, references="04ZENDA7")) == []
    made = cable(body, references="04ZENDA8")
    assert [(each.code, each.where, each.message) for each in made.findings] == [
        ("references-differ", "/references", "only the list of the source has 04ZENDA8; only the text has 04ZENDA7")
    ]
    assert [each.identifier for each in made.references] == ["04ZENDA7"]


def test_a_pilcrow_that_opens_no_paragraph_is_counted() -> None:
    made = cable(HEAD + "¶1. (C) He came in June of\n¶2007. And went.\n\n¶2. (C) He stayed.\nORMSBY")
    (finding,) = made.findings
    assert (finding.code, finding.message) == ("pilcrow-false", f"1 at {made.body.text.index('¶2007')}")
    assert [each.number for each in made.body.paragraphs] == [1, 2]


def test_residue_is_counted() -> None:
    made = cable("<<218634>>\n" + BODY.replace("calm", "<strong>calm</strong>"))
    assert [(each.code, each.message[:4]) for each in made.findings] == [("text-residue", "3 at")]


def test_tags_without_commas_are_ambiguous_where_phrases_meet() -> None:
    made = cable(BODY.replace("PGOV, RZ", "PGOV RZ Royal Weddings Bridge Works"))
    assert [tag.value for tag in made.tags] == ["PGOV", "RZ", "Royal Weddings Bridge Works"]
    assert codes(made) == ["tags-ambiguous"]
    assert codes(cable(BODY.replace("PGOV, RZ", "PGOV, RZ, Royal Weddings"))) == []


@pytest.mark.parametrize(
    ("parts", "code", "where"),
    [
        ({"classification": "CONFIDENTIAL"}, "classification-differs", "/classification/banner/level"),
        ({"classification": "MOST SECRET"}, "classification-unknown", "/classification"),
        ({"identifier": "05STRELSAU113"}, "message-reference-differs", "/message_reference"),
        ({"identifier": "05ZAGREB112"}, "message-reference-differs", "/message_reference"),
        ({"identifier": "2005STRELSAU0112"}, "identifier-canonicalised", "/identifier"),
        ({"tags": "PGOV PREL"}, "tags-differ", "/tags"),
        ({"created": "2005-02-23 16:40:00", "header": HEADER}, "created-differs", "/created"),
        (
            {"capture": PageCapture(format="test", rendering="lines", heading="Another thing")},
            "subject-differs",
            "/subject",
        ),
    ],
)
def test_what_differs_is_found_and_both_are_kept(parts: dict[str, object], code: str, where: str) -> None:
    made = cable(BODY, **parts)
    assert [(finding.code, finding.where) for finding in made.findings] == [(code, where)]


def test_an_unclassified_banner_does_not_differ_from_official_use_only() -> None:
    assert codes(cable(classification="UNCLASSIFIED//FOR OFFICIAL USE ONLY")) == []


def test_a_level_that_nobody_knows_is_kept() -> None:
    made = cable(classification="MOST SECRET")
    assert made.classification is not None
    assert (made.classification.level, made.classification.text) == ("UNCLASSIFIED", "UNCLAS")
    bare = cable("Nothing to see.", classification="MOST SECRET")
    assert bare.classification is not None
    assert (bare.classification.level, bare.classification.text) == ("MOST SECRET", "MOST SECRET")


def test_tags_of_the_table_only() -> None:
    made = cable(BODY.replace("TAGS: PGOV, RZ\n", ""), tags="PGOV RZ 2005 Coronation")
    assert [(tag.value, tag.basis) for tag in made.tags] == [
        ("PGOV", Basis.TABLE),
        ("RZ", Basis.TABLE),
        ("2005 Coronation", Basis.TABLE),
    ]
    assert codes(made) == ["tags-ambiguous"]


@pytest.mark.parametrize(
    ("statement", "text", "status", "agent"),
    [
        ("This cable was not redacted by Wikileaks.", "", "not-redacted", "WikiLeaks"),
        ("This cable was redacted by Wikileaks.", "", "redacted", "WikiLeaks"),
        ("Redacted by The Evening Lantern, partly.", "", "redacted", "The Evening Lantern"),
        ("This cable was not redacted by Wikileaks.", "He met XXXXXXXXXXXX.", "redacted", "WikiLeaks"),
        (None, "He met [NAME REMOVED].", "redacted", None),
        (None, "", "unknown", None),
        ("No statement.", "", "unknown", None),
    ],
)
def test_redaction(statement: str | None, text: str, status: str, agent: str | None) -> None:
    made = cable(HEAD + f"1. (C) All was calm. {text}\nORMSBY", redacted=statement)
    assert (made.redaction.status, made.redaction.agent, made.redaction.text) == (status, agent, statement)
    assert len(made.redaction.spans) == (1 if text else 0)
    differs = statement == "This cable was not redacted by Wikileaks." and bool(text)
    assert codes(made) == (["redaction-differs"] if differs else [])


def test_a_redaction_is_told_by_its_place_only() -> None:
    body = HEAD + "1. (C) He met XXXXXXXXXXXX and [Source removed].\nORMSBY"
    made = cable(body, redacted="This cable was not redacted by Wikileaks.")
    assert [body[span.start : span.end] for span in made.redaction.spans] == ["XXXXXXXXXXXX", "[Source removed]"]
    assert not any("XXXX" in finding.message or "removed" in finding.message for finding in made.findings)


def test_a_cut_page_is_partial_and_unsigned() -> None:
    made = cable(findings=(Finding.of("page-truncated", "/body", "cut"),), partial="This record is a partial extract.")
    assert made.completeness.missing == ("routing-header", "tail")
    assert made.signed_by == ()
    assert codes(made) == ["page-truncated", "text-truncated"]


def test_a_body_that_ends_in_points_lacks_its_tail() -> None:
    made = cable(HEAD + "1. (C) He has now received F...")
    assert made.completeness.missing == ("tail",)
    assert codes(made) == ["text-truncated"]
    assert cable(BODY + "\n\n...").completeness.missing == ()


def test_nothing_is_known_of_a_page_without_a_header_and_a_statement() -> None:
    assert cable().completeness.status == "unknown"


def test_numbers_that_were_skipped() -> None:
    made = cable(HEAD + "1. (C) One.\n2. (C) Two.\n5. (C) Five.\nORMSBY")
    assert [finding.message for finding in made.findings] == ["no paragraph is numbered 3, 4"]


def test_a_stray_caption_is_pointed_at() -> None:
    made = cable(HEAD + "1. (C) He met the\nSecretary of the Council, and the Procurator\n\nSIPDIS\n\nGeneral.\nORMSBY")
    (finding,) = made.findings
    mark = made.body.marks[int(finding.where.removeprefix("/body/marks/"))]
    assert made.body.text[mark.start : mark.end] == "SIPDIS"


def test_text_without_any_rule_is_other() -> None:
    made = cable("Nothing to see.")
    assert [segment.kind for segment in made.body.segments] == [SegmentKind.OTHER]
    assert codes(made) == ["station-unknown", "subject-missing"]


def test_a_page_without_an_identifier_is_refused() -> None:
    made: Page = page(BODY, {"identifier": "nonsense"})
    with pytest.raises(ValueError, match="not an identifier"):
        normalize(made, RIGHTS)


def test_findings_are_sorted() -> None:
    made = cable(identifier="2005ZAGREB0112", classification="SECRET", tags="PREL")
    assert codes(made) == sorted(codes(made))
    assert len(codes(made)) == 4


def test_a_number_that_no_paragraph_has_is_found() -> None:
    made = cable(f"{HEAD}1. (U) One.\n\n2. (U) Two.\n\n4. (U) Four.\n\nORMSBY")
    skipped = [finding for finding in made.findings if finding.code == "paragraph-number-skipped"]
    assert [(finding.where, finding.message) for finding in skipped] == [
        ("/body/paragraphs", "no paragraph is numbered 3")
    ]
