"""What is valid in our profile is valid in TEI: ``tei_all.rng`` 4.3.0, which ``PRESERVE_TEI_ALL`` names."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from lxml import etree
from tests.selection import examples
from tests.tei.cables import encoded
from tests.tei.grammar import documents
from tests.tei.strategies import captured
from tests.tei.test_encode import GOLDEN
from tests.tei.test_samples import FIXTURES, records_of

from preserve.cable.record import Cable
from preserve.contracts.contract import contract_bytes
from preserve.tei.order import RANKS, TAIL

RNG = contract_bytes("cable-tei-1.0.rng")
FEW = examples(60)


def settled(document: etree._Element) -> etree._Element:
    """Bring the parts of each division into their order, which the profile leaves to a check of ours."""
    for division in [each for each in document.iter("{*}div") if each.get("type") in {"document", "transmission"}]:
        parts: dict[int, list[etree._Element]] = {rank: [] for rank in range(TAIL + 1)}
        for child in list(division):
            name = etree.QName(child).localname
            parts[0 if name == "gap" else RANKS.get(name, 2)].append(child)
            division.remove(child)
        blocks = [child for child in parts[2] if not str(child.tag).endswith("}fw")]
        tail = parts[TAIL] if blocks or parts[3] else []
        closers = [child for child in tail if str(child.tag).endswith("}closer")]
        tail = [child for child in tail if child not in closers[1:]]
        division.extend([*parts[0][:1], *parts[1][:1], *parts[2], *parts[3], *tail])
    return document


def _path_of(variable: str) -> Path:
    value = os.environ.get(variable, "")
    if value and Path(value).is_file():
        return Path(value)
    reason = f"{variable} names no file (it is {value!r})"
    if os.environ.get("CI") == "true":
        pytest.fail(f"in CI this test must run: {reason}")
    pytest.skip(reason)


@lru_cache(maxsize=1)
def _compiled(path: Path) -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(str(path)))  # about nine seconds


@pytest.fixture(scope="module")
def tei_all() -> etree.RelaxNG:
    """The schema of all of TEI, ``tei_all.rng`` 4.3.0."""
    return _compiled(_path_of("PRESERVE_TEI_ALL"))


@FEW
@given(data=st.data())
def test_whatever_the_profile_allows_tei_allows(tei_all: etree.RelaxNG, data: st.DataObject) -> None:
    document = settled(data.draw(documents(RNG)))
    assert tei_all.validate(document), (tei_all.error_log, etree.tostring(document))


@FEW
@given(cable=captured())
def test_whatever_we_write_tei_allows(tei_all: etree.RelaxNG, cable: Cable) -> None:
    assert tei_all.validate(etree.fromstring(encoded(cable))), tei_all.error_log


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.xml")), ids=lambda path: path.stem)
def test_every_golden_document_is_tei(tei_all: etree.RelaxNG, path: Path) -> None:
    assert tei_all.validate(etree.parse(str(path))), tei_all.error_log


def test_every_page_of_every_format_is_tei(tei_all: etree.RelaxNG) -> None:
    for cable in records_of(FIXTURES):
        assert tei_all.validate(etree.fromstring(encoded(cable))), (cable.identifier, tei_all.error_log)


def test_every_real_page_is_tei(tei_all: etree.RelaxNG, samples: Path) -> None:
    for cable in records_of(samples):
        assert tei_all.validate(etree.fromstring(encoded(cable))), (cable.identifier, tei_all.error_log)
