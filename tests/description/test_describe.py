"""What is told of a cable: derived, never invented, nobody named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from tests.description.examples import BAG, HOLDER, PERSONS, cable_with, described
from tests.selection import examples
from tests.strategies import cables

from preserve.cable.record import (
    Access,
    Basis,
    Body,
    Cable,
    Classification,
    Created,
    Header,
    Origin,
    Recipient,
    Release,
    Tag,
    Transmission,
)
from preserve.description.describe import describe_cable
from preserve.description.formats import FORMATS, render_metadata
from preserve.description.model import Keyword, SourceRelease
from preserve.digests import sha256
from preserve.findings import Finding

FEW = examples(60)
CLOSED: tuple[Access, ...] = ("restricted", "embargoed", "metadata-only")


def everything(cable: Cable) -> str:
    description = describe_cable(cable, BAG, HOLDER)
    files = [file.data.decode() for each in FORMATS for file in render_metadata(description, each).files]
    return repr(description) + "".join(files)


def test_the_title_is_formal_and_the_same_for_every_access() -> None:
    title = "Telegram 02STRELSAU17 from Embassy Strelsau, 2002-03-13"
    assert {described(access).title for access in ("open", *CLOSED)} == {title}


def test_the_subject_line_is_told_where_the_text_is() -> None:
    assert described("open").subject_line == "RURITANIA: A CORONATION & ITS <RUMORS>"
    for access in CLOSED:
        assert "CORONATION" not in everything(cable_with(access))


@pytest.mark.parametrize("access", ["open", *CLOSED])
def test_no_person_is_named(access: Access) -> None:
    told = everything(cable_with(access)).upper()
    assert [name for name in PERSONS if name in told] == []


def test_nothing_says_that_a_marking_has_ended() -> None:
    told = everything(cable_with("open"))
    assert "declass" not in told.lower()
    assert "2012-03-13" not in told
    assert "CONFIDENTIAL//NOFORN" in told


def secretive(cable: Cable, secret: str) -> Cable:
    """Return the cable with a secret in every field that may name a person, and in its texts."""
    marked = cable.classification
    text = f"{cable.body.text}{secret}"
    person = Tag(value=f"{secret}, {secret}", kind="person", basis=Basis.STATED)
    words = (Tag(value=secret, kind="term", basis=Basis.STATED), Tag(value=secret, kind="unknown", basis=Basis.TABLE))
    return replace(
        cable,
        received_identifier=secret,
        subject=secret if cable.rights.access != "open" else cable.subject,
        classification=marked and replace(marked, classified_by=(secret,), declassify_on=None, reasons=(secret,)),
        attention=(secret,),
        captions=(secret,),
        tags=(*cable.tags, person, *words),
        signed_by=(secret,),
        redaction=replace(cable.redaction, text=secret, agent=secret),
        completeness=replace(cable.completeness, text=secret),
        header=Header(text=text, sha256=sha256(text.encode())),
        body=Body(text=text, sha256=sha256(text.encode()), line_breaks="kept"),
        provenance=replace(
            cable.provenance,
            page=replace(cable.provenance.page, title=secret, heading=secret, disclaimer=secret),
            source=replace(cable.provenance.source, name=secret),
        ),
        findings=(Finding.of("stray-caption", "/body", secret),),
    )


@FEW
@given(cable=cables())
def test_what_may_name_a_person_changes_nothing_that_is_told(cable: Cable) -> None:
    assert everything(secretive(cable, "Flavia")) == everything(secretive(cable, "Rupert of Hentzau"))


def test_only_codes_of_the_closed_lists_are_keywords() -> None:
    assert described().keywords == (
        Keyword("PGOV", "subject"),
        Keyword("KDEM", "program"),
        Keyword("RU", "geographic"),
        Keyword("OSCE", "organization"),
    )


def test_what_follows_for_in_an_address_is_cut() -> None:
    assert described().recipients == ("SECSTATE WASHDC", "AMEMBASSY ZENDA")
    names = ("FOR SAPT", "USMISSION ZENDA PASS FRITZ", "ZENDA//SAPT (EYES ONLY)", "ZENDA ATTN SAPT", "FORT ZENDA")
    action = tuple(Recipient(text=name, name=name) for name in names)
    told = described(transmission=Transmission(action=action)).recipients
    assert told == ("USMISSION ZENDA", "ZENDA//SAPT", "ZENDA", "FORT ZENDA")


def test_only_references_that_the_text_states_are_told() -> None:
    assert described().references == ("01ZENDA4",)


def test_a_cable_of_which_little_is_known() -> None:
    bare = described(
        origin=None, created=None, classification=None, transmission=None, subject=None, tags=(), references=(),
        provenance=replace(cable_with().provenance, release=None),
    )  # fmt: skip
    assert (bare.title, bare.creator, bare.creator_inferred) == (
        "Telegram 02STRELSAU17 from STRELSAU",
        "STRELSAU",
        True,
    )
    assert (bare.date, bare.year, bare.place, bare.release, bare.marking) == (None, "2002", None, None, None)
    assert (bare.recipients, bare.keywords, bare.references) == ((), (), ())
    assert "release" not in bare.abstract
    assert "marked" not in bare.abstract


def test_an_identifier_that_is_none_is_its_own_post() -> None:
    odd = described(identifier="???", origin=Origin(name="\x01 \t"), created=Created(text="?", value="2002-99-01T"))
    assert (odd.creator, odd.creator_inferred, odd.date, odd.year) == ("\ufffd", False, None, None)
    assert described(identifier="???", origin=Origin(name=" \n")).creator == "???"


@pytest.mark.parametrize(
    ("release", "told"),
    [
        (Release(text="the whole line", name="browser-2", date="2011-10-04"), "browser-2, released 2011-10-04"),
        (Release(text="the whole line", name="browser-2"), "browser-2"),
        (Release(text="by flag", date="2011-13-04"), "by flag"),
        (Release(text=" \n"), None),
    ],
)
def test_the_release_is_told_in_every_format(release: Release, told: str | None) -> None:
    description = described(provenance=replace(cable_with().provenance, release=release))
    assert (str(description.release) if description.release else None) == told
    for each in FORMATS:
        text = "".join(file.data.decode() for file in render_metadata(description, each).files)
        assert (told in text) if told else "release" not in text.lower().replace("released", "")


def test_an_embargo_has_an_end_only_where_there_is_an_embargo() -> None:
    ended = describe_cable(cable_with("embargoed"), BAG, HOLDER, embargo_until="2030-12-31")
    assert ended.embargo_until == "2030-12-31"
    assert ended.access_says.endswith("It is to end on 2030-12-31.")
    assert describe_cable(cable_with("restricted"), BAG, HOLDER, embargo_until="2030-12-31").embargo_until is None


def test_a_marking_is_printed_as_it_is() -> None:
    odd = described(classification=Classification(level="SECRET", text="S E C R E T\n  NODIS"))
    assert odd.marking == "S E C R E T NODIS"
    assert SourceRelease("a") != SourceRelease("a", "2011-10-04")
