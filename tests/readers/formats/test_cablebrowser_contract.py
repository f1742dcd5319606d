"""The contract of readers, for the cablebrowser page as text."""

from __future__ import annotations

from tests.protocols.reader import FIXTURES, Good, ReaderContract

from preserve.readers.formats.cablebrowser import CablebrowserReader
from preserve.readers.reader import SourceItem


def _good(name: str, identifier: str, first: str, last: str) -> Good:
    data = (FIXTURES / "cablebrowser" / name).read_bytes()
    text = data.decode()
    body = text[text.index(first) : text.rindex(last) + len(last)]
    return Good(SourceItem(name, data, f"captures/{name}"), identifier, body)


class TestCablebrowser(ReaderContract):
    reader = CablebrowserReader
    goods = (
        _good("05STRELSAU4281.flattened.txt", "05STRELSAU4281", "C O N F I D", "ORMSBY"),
        _good("05STRELSAU4281.lines.txt", "05STRELSAU4281", "C O N F I D", "ORMSBY"),
        _good("07STRELSAU112.lines.txt", "07STRELSAU112", "S E C R E T", "NNNN"),
    )
