"""The profile: two syntaxes that say one thing, documented."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from lxml import etree
from tests.selection import examples
from tests.tei.cables import bare, encoded, full, spanning
from tests.tei.grammar import documents
from tests.tei.test_encode import GOLDEN, first_difference, flattened

from preserve.contracts.contract import contract_bytes

RNC = contract_bytes("cable-tei-1.0.rnc")
RNG = contract_bytes("cable-tei-1.0.rng")
SCHEMAS = Path(__file__).parents[2] / "schemas"


@pytest.fixture
def trang() -> list[str]:
    """The command that converts schemas."""
    jar, java = os.environ.get("PRESERVE_TRANG", ""), shutil.which("java")
    if java is None or not Path(jar).is_file():
        pytest.skip(f"no trang: java is {java}, PRESERVE_TRANG names no file (it is {jar!r})")
    return [java, "-jar", jar]


def test_the_xml_syntax_is_made_from_the_compact_one_as_it_is() -> None:
    stated = re.search(rb"Made with trang from cable-tei-1\.0\.rnc, SHA-256 ([0-9a-f]{64})\.", RNG)
    assert stated
    assert stated[1].decode() == hashlib.sha256(RNC).hexdigest(), "convert the .rnc anew: see CONTRIBUTING"


def test_trang_gives_the_committed_file(trang: list[str], tmp_path: Path, accept_golden: bool) -> None:
    made = tmp_path / "made.rng"
    subprocess.run([*trang, str(SCHEMAS / "cable-tei-1.0.rnc"), str(made)], check=True, capture_output=True)
    declaration, rest = made.read_bytes().split(b"\n", 1)
    digest = hashlib.sha256(RNC).hexdigest().encode()
    expected = declaration + b"\n<!-- Made with trang from cable-tei-1.0.rnc, SHA-256 " + digest + b". -->\n" + rest
    if accept_golden:
        (SCHEMAS / "cable-tei-1.0.rng").write_bytes(expected)
    assert (SCHEMAS / "cable-tei-1.0.rng").read_bytes() == expected


def test_every_definition_of_an_element_is_documented() -> None:
    name = {"r": "http://relaxng.org/ns/structure/1.0", "a": "http://relaxng.org/ns/compatibility/annotations/1.0"}
    grammar = etree.fromstring(RNG)
    assert etree.XPath("count(//r:define/r:element) > 40", namespaces=name)(grammar)
    undocumented = etree.XPath("//r:define[r:element[not(a:documentation)]]/@name", namespaces=name)
    assert undocumented(grammar) == []


def test_the_grammar_has_no_word_for_what_we_never_do() -> None:
    names = {each.get("name") for each in etree.fromstring(RNG).iter("{http://relaxng.org/ns/structure/1.0}element")}
    assert not names & {
        "supplied",
        "corr",
        "unclear",
        "reg",
        "expan",
        "add",
        "listPerson",
        "person",
        "forename",
        "surname",
    }


@examples(25)
@given(documents(RNG))
def test_what_is_drawn_from_the_profile_is_valid_in_it(document: etree._Element) -> None:
    profile = etree.RelaxNG(etree.fromstring(RNG))
    assert profile.validate(document), profile.error_log


def test_there_are_golden_documents() -> None:
    assert len(list(GOLDEN.glob("*.xml"))) >= 3
    for cable in (full(), flattened(), bare("A text."), spanning()):
        tree = etree.fromstring(encoded(cable))
        assert any(first_difference(etree.parse(str(path)).getroot(), tree) is None for path in GOLDEN.glob("*.xml"))
