"""The documents of pages that were read: made-up ones of every format, and real ones, which the repository has not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from tests.tei.cables import document_text, encoded

from preserve.cable.normalization import normalize
from preserve.cable.record import Cable, Rights
from preserve.errors import NotACableError, SourceError
from preserve.readers.reader import read_page, registered_readers
from preserve.readers.sources.walk import load_source, walk_sources
from preserve.tei.validate import check_tei

FIXTURES = Path(__file__).parents[1] / "fixtures"
RIGHTS = Rights(copyright="http://rightsstatements.org/vocab/NoC-US/1.0/")
BLOCKS = {
    "03COLOMBO1238.lines.partial.txt": ["gap", "opener", *["p"] * 3, "closer"],
    "05ALMATY4281.flattened.txt": ["gap", "opener", *["p"] * 9, "closer"],
    "05ALMATY4285.lines.head-only.txt": ["gap", "opener", "p", "gap"],
}
READERS = registered_readers()
NOTES = {"tei-paragraph-order"}


def records_of(folder: Path) -> Iterator[Cable]:
    """Yield the record of every page in a folder, read as the program reads it."""
    for ref in walk_sources([str(folder)]):
        try:
            item = load_source(ref)
            page = read_page(item, READERS)
        except (NotACableError, SourceError):
            continue
        yield normalize(page, RIGHTS)


def test_a_page_of_every_format_makes_a_valid_document_with_its_text() -> None:
    formats: Counter[str] = Counter()
    for cable in records_of(FIXTURES):
        tei = encoded(cable)
        assert [finding for finding in check_tei(tei, cable) if finding.code not in NOTES] == []
        assert document_text(tei) == cable.body.text
        formats[cable.provenance.page.format] += 1
    assert set(formats) == set(READERS)


def test_a_row_of_a_table_says_where_it_was() -> None:
    rows = [cable for cable in records_of(FIXTURES / "cables_csv") if cable.provenance.source.container]
    assert rows
    for cable in rows:
        container = cable.provenance.source.container
        assert container is not None
        [host] = etree.fromstring(encoded(cable)).iterfind(".//{*}relatedItem/{*}bibl")
        first, size = container.offset, cable.provenance.source.size
        assert first is not None
        assert [each.text for each in host] == [container.name, container.sha256, f"bytes {first}-{first + size - 1}"]


def test_every_real_page_makes_a_valid_document_with_its_text(samples: Path) -> None:
    count = 0
    for cable in records_of(samples):
        tei = encoded(cable)
        found = [finding for finding in check_tei(tei, cable) if finding.code not in NOTES]
        assert (cable.identifier, found) == (cable.identifier, [])
        assert document_text(tei) == cable.body.text
        count += 1
    assert count >= 44


@pytest.mark.parametrize(("name", "blocks"), BLOCKS.items(), ids=BLOCKS)
def test_the_blocks_of_a_real_page(samples: Path, name: str, blocks: list[str]) -> None:
    [cable] = records_of(samples / "cablebrowser" / name)
    document = etree.fromstring(encoded(cable)).find(".//{*}div[@type='document']")
    assert document is not None
    assert [etree.QName(each).localname for each in document] == blocks


def test_the_stray_caption_is_marked_and_kept(samples: Path) -> None:
    [cable] = records_of(samples / "cablebrowser" / "05ALMATY4281.flattened.txt")
    surplus = [each.text for each in etree.fromstring(encoded(cable)).iter("{*}surplus")]
    assert surplus == ["SIPDIS"]
