"""A reader of somebody else, written after the example of the protocol, and the choice among several."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from preserve.cable.record import CaptureSource, PageCapture
from preserve.cable.text.page import Page
from preserve.digests import sha256
from preserve.errors import NotACableError, SourceError
from preserve.readers.reader import Excuse, Reader, SourceItem, read_page, registered_readers


class DispatchReader:
    name = "dispatch"
    describes = "a dispatch of the Ruritanian foreign ministry"

    def __init__(self) -> None:
        self.asked = 0

    def recognise(self, item: SourceItem) -> Callable[[], Page] | Excuse:
        self.asked += 1
        if not item.data.startswith(b"DISPATCH "):
            return Excuse("it does not begin with DISPATCH")
        return partial(_page, item, item.data.decode("utf-8", "replace"))


def _page(item: SourceItem, text: str) -> Page:
    _, identifier, body = text.split(" ", 2)
    if not body.strip():
        raise SourceError(f"{item.where}: it holds no text")
    return Page(
        identifier=identifier,
        origin=None,
        created=None,
        classification=None,
        header=None,
        body=body,
        line_breaks="flattened",
        capture=PageCapture(format=DispatchReader.name, rendering="text"),
        source=CaptureSource(
            name=item.name,
            size=len(item.data),
            sha256=sha256(item.data),
            media_type="text/plain",
            encoding="utf-8",
        ),
    )


class Refusing(DispatchReader):
    name = "refusing"

    def recognise(self, item: SourceItem) -> Callable[[], Page] | Excuse:
        return Excuse("it is never taken")


def dispatch(data: bytes) -> SourceItem:
    return SourceItem("a.txt", data, "folder/a.txt")


GOOD = dispatch(b"DISPATCH 05STRELSAU9 The bridge is out.")


def test_the_first_reader_that_takes_an_item_reads_it() -> None:
    first, second = DispatchReader(), DispatchReader()
    readers: dict[str, Reader] = {"refusing": Refusing(), "first": first, "second": second}
    page = read_page(GOOD, readers)
    assert (page.identifier, page.body) == ("05STRELSAU9", "The bridge is out.")
    assert (first.asked, second.asked) == (1, 0)


def test_nobody_reads_before_the_way_is_used() -> None:
    assert not isinstance(DispatchReader().recognise(dispatch(b"DISPATCH 05STRELSAU9  ")), Excuse)


def test_what_is_too_damaged_is_an_error_of_its_reader_alone() -> None:
    with pytest.raises(SourceError, match="it holds no text") as caught:
        read_page(dispatch(b"DISPATCH 05STRELSAU9  "), {"dispatch": DispatchReader(), "refusing": Refusing()})
    assert not isinstance(caught.value, NotACableError)


def test_what_nobody_takes_is_refused_with_every_reason() -> None:
    with pytest.raises(NotACableError) as caught:
        read_page(dispatch(b"A letter."), {"dispatch": DispatchReader(), "refusing": Refusing()})
    assert caught.value.message == (
        "no reader takes folder/a.txt (dispatch: it does not begin with DISPATCH; refusing: it is never taken)"
    )
    with pytest.raises(NotACableError, match="none is registered"):
        read_page(GOOD, {})


def test_ours_are_registered_by_their_names() -> None:
    readers = registered_readers()
    assert [*readers] == sorted(readers)
    assert {name: reader.name for name, reader in readers.items()} == {name: name for name in readers}
    assert {"aad_text", "cablebrowser", "cables_csv", "plain_text", "plusd_html", "wikileaks_html"} <= readers.keys()
