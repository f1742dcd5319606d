"""The index for correspSearch: what the format asks for, valid TEI, any number of cables in flat memory."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from lxml import etree
from tests.description.examples import BAG, HOLDER, PERSONS, cable_with, described
from tests.memory import measured_memory
from tests.selection import examples
from tests.strategies import cables

from preserve.cable.record import Access, Cable
from preserve.description.cmif import CorrespondenceIndex, Licence, write_cmif
from preserve.description.describe import describe_cable
from preserve.description.model import Description, Holder, SourceRelease
from preserve.errors import RecordError

FEW = examples(30)
INDEX = CorrespondenceIndex(
    holder=HOLDER, licence=Licence.CC0, address="https://example.org/cmif.xml", day="2026-11-23"
)
TEI = {"tei": "http://www.tei-c.org/ns/1.0"}


def written(*descriptions: Description, index: CorrespondenceIndex = INDEX) -> bytes:
    out = io.BytesIO()
    assert write_cmif(out, index, descriptions) == len(descriptions)
    return out.getvalue()


@lru_cache(maxsize=1)
def grammar() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(str(Path(__file__).with_name("cmif.rng"))))


@lru_cache(maxsize=1)
def _compiled(path: str) -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(path))  # about nine seconds


@pytest.fixture(scope="module")
def tei_all() -> etree.RelaxNG:
    """The schema of all of TEI, which ``PRESERVE_TEI_ALL`` names."""
    value = os.environ.get("PRESERVE_TEI_ALL", "")
    if value and Path(value).is_file():
        return _compiled(value)
    reason = f"PRESERVE_TEI_ALL names no file (it is {value!r})"
    if os.environ.get("CI") == "true":
        pytest.fail(f"in CI this test must run: {reason}")
    pytest.skip(reason)


def root_of(data: bytes) -> etree._Element:
    root = etree.fromstring(data)
    assert grammar().validate(root), grammar().error_log
    return root


def found(data: bytes, path: str) -> list[str]:
    return [str(each) for each in root_of(data).xpath(path, namespaces=TEI)]  # type: ignore[union-attr]


def test_one_cable() -> None:
    data = written(described())
    sent, received = "//tei:correspAction[@type='sent']", "//tei:correspAction[@type='received']"
    assert found(data, "//tei:correspDesc/@key") == ["02STRELSAU17"]
    assert found(data, f"{sent}/tei:orgName/text()") == ["Embassy Strelsau"]
    assert found(data, f"{sent}/tei:placeName/text()") == ["Strelsau"]
    assert found(data, f"{sent}/tei:date/@when") == ["2002-03-13"]
    assert found(data, f"{received}/tei:orgName/text()") == ["SECSTATE WASHDC", "AMEMBASSY ZENDA"]
    assert found(data, "//@evidence") == []
    assert "browser-2, released 2011-10-04" in found(data, "//tei:bibl/text()")[0]
    assert found(data, "//tei:idno/text()") == ["https://example.org/cmif.xml"]
    assert found(data, "//tei:email/text()") == ["archives@example.org"]


@pytest.mark.parametrize("licence", Licence)
def test_the_licence_is_the_one_that_was_chosen(licence: Licence) -> None:
    data = written(described(), index=replace(INDEX, licence=licence, holder=Holder(name="A & <B>")))
    assert found(data, "//tei:licence/@target") == [licence.address]
    assert found(data, "//tei:publisher/text()") == ["A & <B>"]
    assert found(data, "//tei:editor/text()") == ["A & <B>"]


def test_what_is_not_known_is_unknown_and_what_is_inferred_says_so() -> None:
    data = written(described(origin=None, created=None, transmission=None))
    assert found(data, "//tei:correspAction[@type='received']/tei:persName/text()") == ["Unknown"]
    assert found(data, "//tei:orgName[@evidence='conjecture'][@cert='low']/text()") == ["STRELSAU"]
    assert found(data, "//tei:date[@evidence='conjecture'][@cert='low']/@when") == ["2002"]
    assert found(written(replace(described(), date=None, year=None)), "//tei:correspDesc//tei:date") == []


def test_each_release_is_one_source_and_each_cable_points_to_its_own() -> None:
    one, other = described(), replace(described(), release=SourceRelease("cablegate-1", "2011-08-30"))
    none = replace(described(), release=None)
    data = written(one, other, one, none)
    ids = found(data, "//tei:bibl/@xml:id")
    assert found(data, "//tei:correspDesc/@source") == [f"#{ids[at]}" for at in (0, 1, 0, 2)]
    # The same release has the same identifier in every index, for ever.
    assert found(written(other), "//tei:bibl/@xml:id") == [ids[1]]
    assert all(re.fullmatch(r"release-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", each) for each in ids)


@pytest.mark.parametrize("access", ["open", "restricted"])
def test_neither_persons_nor_subjects_are_in_an_index(access: Access) -> None:
    told = written(described(access)).decode().upper()
    assert [word for word in (*PERSONS, "CORONATION", "CONFIDENTIAL") if word in told] == []


def test_an_index_of_nothing_is_not_written() -> None:
    out = io.BytesIO()
    with pytest.raises(RecordError, match="no cable"):
        write_cmif(out, INDEX, [])
    assert out.getvalue() == b""


@FEW
@given(made=st.lists(cables(), min_size=1, max_size=3))
def test_any_cables_make_a_valid_index(made: list[Cable]) -> None:
    root_of(written(*(describe_cable(cable, BAG, HOLDER) for cable in made)))


@FEW
@given(cable=cables())
def test_any_index_is_tei(tei_all: etree.RelaxNG, cable: Cable) -> None:
    assert tei_all.validate(etree.fromstring(written(describe_cable(cable, BAG, HOLDER)))), tei_all.error_log


def test_memory_does_not_grow_with_the_cables() -> None:
    description = describe_cable(cable_with("open"), BAG, HOLDER)

    def many(count: int) -> Iterator[Description]:
        return (replace(description, identifier=f"02STRELSAU{number}") for number in range(1, count + 1))

    class Nowhere(io.RawIOBase):
        def write(self, data: object) -> int:
            return len(memoryview(data))  # type: ignore[arg-type]

    peaks = []
    for count in (1_000, 4_000):
        with measured_memory() as memory:
            write_cmif(Nowhere(), INDEX, many(count))  # type: ignore[arg-type]
        peaks.append(memory.peak)
    assert peaks[1] < peaks[0] + (1 << 20)
