from __future__ import annotations

from lxml import etree

from preserve.contracts.untrusted_xml import MOST_ATTRIBUTES, find_crowded


def _element(attributes: int) -> etree._Element:
    return etree.fromstring("<r><a/><b " + " ".join(f"a{number}='1'" for number in range(attributes)) + "/></r>")


def test_an_element_is_crowded_from_one_attribute_more_on() -> None:
    assert find_crowded(_element(MOST_ATTRIBUTES)) is None
    crowded = find_crowded(_element(MOST_ATTRIBUTES + 1))
    assert crowded is not None
    assert crowded.tag == "b"
