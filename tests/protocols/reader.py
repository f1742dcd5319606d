"""What every reader must do; a test class of each format inherits it and gives its items.

A subclass states ``reader`` and ``goods`` and nothing else is needed::

    class TestCablesCsv(ReaderContract):
        reader = CablesCsvReader
        goods = (Good(SourceItem("cables.csv", ROW, "cables.csv"), "05STRELSAU4281", BODY),)

The foreign items are the fixed ones below, and every file of ``tests/fixtures/<another reader's name>/`` (those of the
cablebrowser reader are in two folders, one a rendering).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.selection import examples
from tests.tei.cables import document_text

from preserve.cable.normalization import normalize
from preserve.cable.record import Cable, Rights, Segment
from preserve.cable.record.codec import record_to_json
from preserve.cable.record.schema import check_record as check_record
from preserve.cable.text.page import Page
from preserve.digests import sha256
from preserve.errors import SourceError
from preserve.provenance.software import Software
from preserve.readers.reader import Excuse, Reader, SourceItem, read_page, registered_readers
from preserve.tei.encode import encode_tei

FIXTURES = Path(__file__).parents[1] / "fixtures"
RIGHTS = Rights(copyright="http://rightsstatements.org/vocab/NoC-US/1.0/")
SOFTWARE = Software("preserve", "0")

FOREIGN = {
    "empty": b"",
    "white space": b" \r\n\t \n",
    "binary": bytes(range(256)) * 4,
    "an image": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0",
    "an archive of files": b"PK\x03\x04\x14\0\0\0\0\0" + bytes(64),
    "UTF-16": "Identifier: 05STRELSAU4281\n".encode("utf-16"),
    "JSON": b'{"identifier": "05STRELSAU4281", "body": {"text": "1. (C) Words."}}',
    "a letter": b"Dear Sir,\n\nthe Black Elphberg is dead.\n\nYours,\nR. Rassendyll\n",
    "a table of other things": b'"name","height"\r\n"Rudolf","180"\r\n"Flavia","170"\r\n',
    "another site's page": b"<!DOCTYPE html><html><body><table><tr><td>Height:</td><td>9</td></tr></table><pre>x</pre>"
    b"</body></html>",
    "an XML bomb": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "xxxxxxxx"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
}
"""Bytes that no reader takes, by what they are."""


@dataclass(frozen=True, slots=True)
class Good:
    """An item of the format, and what is in it.

    Attributes:
        item: The bytes, as the walk over sources hands them on.
        identifier: The identifier that the item states.
        body: Every character of the text of the cable, derived by hand or by other means than the reader's.
    """

    item: SourceItem
    identifier: str
    body: str


class ReaderContract:
    """Inherit, and state the reader and its items."""

    reader: ClassVar[type[Reader]]
    goods: ClassVar[tuple[Good, ...]]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run a test that asks for ``good`` for each item, and one that asks for ``foreign`` for each stranger."""
        if "good" in metafunc.fixturenames:
            names = [f"{number}-{good.item.name}" for number, good in enumerate(self.goods)]
            metafunc.parametrize("good", self.goods, ids=names)
        if "foreign" in metafunc.fixturenames:
            strangers = {**FOREIGN, **_of_other_formats(self.reader.name)}
            metafunc.parametrize("foreign", strangers.values(), ids=strangers.keys())

    def test_it_is_registered_and_says_what_it_reads(self) -> None:
        assert type(registered_readers()[self.reader.name]) is self.reader
        assert self.reader.describes == self.reader.describes.strip() != ""
        assert "\n" not in self.reader.describes

    def test_it_takes_its_own(self, good: Good) -> None:
        assert excuse_of(self.reader(), good.item) is None

    def test_it_says_in_words_why_it_does_not_take_others(self, foreign: bytes) -> None:
        excuse = excuse_of(self.reader(), SourceItem("foreign", foreign, "some/foreign"))
        assert excuse is not None
        assert len(excuse.split()) >= 3
        assert excuse.isprintable()

    def test_no_two_readers_take_one_item(self, good: Good) -> None:
        takers = [name for name, reader in registered_readers().items() if excuse_of(reader, good.item) is None]
        assert takers == [self.reader.name]

    def test_reading_is_deterministic_and_keeps_no_state(self, good: Good) -> None:
        reader = self.reader()
        first = read_with(reader, good.item)
        for other in self.goods:
            read_with(reader, other.item)
        assert read_with(reader, good.item) == first == read_with(self.reader(), good.item)

    def test_a_way_to_read_is_of_the_item_that_it_was_given_for(self, good: Good) -> None:
        """Also when it is used late, and when an item of the same name was looked at in between."""
        reader = self.reader()
        way = reader.recognise(good.item)
        assert excuse_of(reader, _with(good.item, b"no cable")) is not None
        for other in self.goods:
            read_with(reader, other.item)
        assert not isinstance(way, Excuse)
        assert way() == way() == read_with(self.reader(), good.item)

    def test_every_character_of_the_body_is_kept(self, good: Good) -> None:
        page = read_with(self.reader(), good.item)
        assert page.body == good.body
        assert page.identifier == good.identifier
        assert page.line_breaks == ("kept" if "\n" in good.body else "flattened")

    def test_the_page_says_which_bytes_it_was_read_from(self, good: Good) -> None:
        page = read_with(self.reader(), good.item)
        assert (page.source.name, page.source.size) == (good.item.name, len(good.item.data))
        assert page.source.sha256 == sha256(good.item.data)
        assert page.source.container == good.item.container
        assert page.capture.format == self.reader.name

    def test_its_pages_make_valid_records_and_whole_documents(self, good: Good) -> None:
        assert_whole(read_with(self.reader(), good.item))

    def test_an_item_with_carriage_returns_states_the_same(self, good: Good) -> None:
        twin = _with(good.item, good.item.data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        page, other = read_with(self.reader(), good.item), read_with(self.reader(), twin)
        assert _stated(page) == _stated(other)
        assert _recorded(assert_whole(page)) == _recorded(assert_whole(other))

    # The suite runs in one class for each format, which hypothesis takes for a mistake.
    _property = settings(examples(60), suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors])

    @_property
    @given(cut=st.integers(0, 1 << 24))
    def test_a_cut_item_is_read_or_declined(self, good: Good, cut: int) -> None:
        data = good.item.data
        self._survives(_with(good.item, data[: cut % (len(data) + 1)]))

    @_property
    @given(
        flips=st.lists(st.tuples(st.integers(0, 1 << 24), st.integers(1, 255)), min_size=1, max_size=12),
    )
    def test_a_damaged_item_is_read_or_declined(self, good: Good, flips: list[tuple[int, int]]) -> None:
        data = bytearray(good.item.data)
        for place, bits in flips:
            data[place % len(data)] ^= bits
        self._survives(_with(good.item, bytes(data)))

    @_property
    @given(
        start=st.integers(0, 1 << 24), length=st.integers(0, 400), filling=st.one_of(st.binary(), st.text("<>&;/a#\"'"))
    )
    def test_an_item_with_something_else_in_its_midst_is_read_or_declined(
        self, good: Good, start: int, length: int, filling: bytes | str
    ) -> None:
        data = good.item.data
        at = start % (len(data) + 1)
        other = filling.encode() if isinstance(filling, str) else filling
        self._survives(_with(good.item, data[:at] + other + data[at + length :]))

    def _survives(self, item: SourceItem) -> None:
        """Read an item, whatever it has become: a page that makes a record, or an error of ours."""
        reader = self.reader()
        excuse = excuse_of(reader, item)
        assert excuse is None or excuse.isprintable()
        try:
            page = read_with(reader, item)
        except SourceError:
            return
        assert excuse is None
        assert_whole(page)


def excuse_of(reader: Reader, item: SourceItem) -> str | None:
    """Return the words in which a reader does not take an item; ``None`` when it takes it."""
    answer = reader.recognise(item)
    return answer.reason if isinstance(answer, Excuse) else None


def read_with(reader: Reader, item: SourceItem) -> Page:
    """Read an item with one reader."""
    return read_page(item, {reader.name: reader})


def assert_whole(page: Page) -> Cable:
    """Return the record of a page: valid, its segments a partition, its TEI with the text exactly."""
    cable = normalize(page, RIGHTS)
    assert check_record(record_to_json(cable)) == ()
    assert cable.body.text == page.body
    _assert_partition(cable.body.segments, len(page.body))
    if cable.header is not None:
        assert cable.header.text == page.header
        _assert_partition(cable.header.segments, len(cable.header.text))
    tei = encode_tei(cable, software=SOFTWARE, date=datetime.date(2026, 1, 2), source_path="../source/x")
    assert document_text(tei) == cable.body.text
    return cable


def _assert_partition(segments: tuple[Segment, ...], length: int) -> None:
    at = 0
    for segment in segments:
        assert segment.start == at < segment.end
        at = segment.end
    assert at == length


_READER_OF = {"cablebrowser_html": "cablebrowser"}
"""The reader of a folder of fixtures that is not named after it."""


def _of_other_formats(own: str) -> dict[str, bytes]:
    return {
        f"{folder.name}/{path.name}": path.read_bytes()
        for folder in sorted(FIXTURES.iterdir())
        if _READER_OF.get(folder.name, folder.name) in registered_readers().keys() - {own}
        for path in sorted(folder.iterdir())
        if path.is_file()
    }


def _with(item: SourceItem, data: bytes) -> SourceItem:
    return replace(item, data=data)


def _words(text: str | None) -> list[str] | None:
    return None if text is None else text.split()


def _stated(page: Page) -> dict[str, object]:
    """Return what a page states, its texts as words."""
    words = {name: _words(getattr(page, name)) for name in ("header", "body", "partial", "redacted")}
    same = {name: getattr(page, name) for name in ("identifier", "origin", "created", "classification", "tags")}
    rest = (page.references, page.minutes_unreliable, page.release, [each.code for each in page.findings])
    return {
        **words,
        **same,
        "rest": rest,
        "table": [(_words(row.label), _words(row.value)) for row in page.capture.table],
    }


def _recorded(cable: Cable) -> dict[str, object]:
    """Return what a record says besides offsets and digests."""
    names = ("identifier", "subject", "origin", "created", "classification", "captions", "attention", "tags")
    more = ("references", "signed_by", "completeness", "message_reference")
    paragraphs = [(each.number, each.portion) for each in cable.body.paragraphs]
    return {**{name: getattr(cable, name) for name in names + more}, "paragraphs": paragraphs}
