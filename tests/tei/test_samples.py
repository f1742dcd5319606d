"""The documents of real captured pages, which the repository does not hold: facts only, no text."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree
from tests.tei.cables import encoded

from preserve.cable.normalize import normalize
from preserve.cable.record import Cable, Rights
from preserve.readers import SourceItem
from preserve.readers.cablebrowser import CablebrowserReader
from preserve.tei.validate import check, document_text

RIGHTS = Rights(copyright="http://rightsstatements.org/vocab/NoC-US/1.0/")
BLOCKS = {
    "03COLOMBO1238.lines.partial.txt": ["gap", "opener", *["p"] * 3, "closer"],
    "05ALMATY4281.flattened.txt": ["gap", "opener", *["p"] * 9, "closer"],
    "05ALMATY4285.lines.head-only.txt": ["gap", "opener", "p", "gap"],
}


def record_of(path: Path) -> Cable:
    item = SourceItem(path.name, path.read_bytes(), path.name)
    return normalize(CablebrowserReader().read(item), RIGHTS)


@pytest.mark.parametrize(("name", "blocks"), BLOCKS.items(), ids=BLOCKS)
def test_a_real_page_makes_a_valid_document_with_its_text(samples: Path, name: str, blocks: list[str]) -> None:
    cable = record_of(samples / "cablebrowser" / name)
    tei = encoded(cable)
    assert check(tei, cable) == ()
    assert document_text(tei) == cable.body.text
    document = etree.fromstring(tei).find(".//{*}div[@type='document']")
    assert document is not None
    assert [etree.QName(each).localname for each in document] == blocks


def test_the_stray_caption_is_marked_and_kept(samples: Path) -> None:
    tei = encoded(record_of(samples / "cablebrowser" / "05ALMATY4281.flattened.txt"))
    surplus = [each.text for each in etree.fromstring(tei).iter("{*}surplus")]
    assert surplus == ["SIPDIS"]
