from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from preserve.provenance.model import FileRole, bag_uuid, cable_uuid, file_object, utc_timestamp, uuid_of

PARTS = st.lists(st.text(st.characters(exclude_categories=()), max_size=8), max_size=4)


@given(PARTS, PARTS)
def test_two_sequences_never_share_an_identifier(one: list[str], other: list[str]) -> None:
    assert (uuid_of(*one) == uuid_of(*other)) == (one == other)


def test_identifiers_are_version_5_and_never_change() -> None:
    identifier = UUID(cable_uuid("02STRELSAU17", "ab" * 32, "event"))
    assert (identifier.version, identifier.variant) == (5, "specified in RFC 4122")
    # A change of this value breaks the identity of everything that was ever archived.
    assert str(identifier) == "7a140ef8-45c2-5a62-8a8c-e98a896a2dce"


def test_a_bag_is_its_cables_in_whatever_order() -> None:
    one, two = ("02STRELSAU17", "ab" * 32), ("02STRELSAU18", "cd" * 32)
    assert bag_uuid([one, two]) == bag_uuid([two, one])
    assert len({bag_uuid([one]), bag_uuid([two]), bag_uuid([one, two])}) == 3


@pytest.mark.parametrize(
    "path",
    [
        *("data/../x", "../data/x", "data/x/..", "data//x", "data/./x", "data/", "data", ""),
        *("/data/x", "bagit.txt", "data/a\nb", "data/\ud800", "data/\x00"),
    ],
)
def test_a_file_object_is_of_the_payload(path: str) -> None:
    with pytest.raises(ValueError, match="payload"):
        file_object(FileRole.SOURCE, path, size=1, digests={})


def test_a_size_is_not_negative() -> None:
    with pytest.raises(ValueError, match="-1"):
        file_object(FileRole.SOURCE, "data/source/x", size=-1, digests={})


@pytest.mark.parametrize(
    ("role", "media_type", "expected"),
    [
        (FileRole.SOURCE, None, ("Plain Text File", None, "x-fmt/111", "text/plain")),
        (FileRole.SOURCE, "Text/HTML; charset=utf-8", ("Hypertext Markup Language", None, "fmt/96", "text/html")),
        (FileRole.RECORD, None, ("JSON Data Interchange Format", None, "fmt/817", "application/json")),
        (FileRole.TEI, None, ("Extensible Markup Language", "1.0", "fmt/101", "application/tei+xml")),
        (FileRole.ACCESS, None, ("Hypertext Markup Language", "5", "fmt/471", "text/html")),
        (FileRole.SOURCE, "application/x-mystery", ("application/x-mystery", None, None, "application/x-mystery")),
    ],
)
def test_the_format_follows_from_the_media_type(
    role: FileRole, media_type: str | None, expected: tuple[str | None, ...]
) -> None:
    file = file_object(role, "data/x", size=0, digests={}, media_type=media_type)
    assert (file.format_name, file.format_version, file.puid, file.media_type) == expected


def test_times_are_written_in_utc_and_whole_seconds() -> None:
    east = timezone(timedelta(hours=2))
    assert utc_timestamp(datetime(2026, 11, 23, 1, 2, 3, 999999, tzinfo=east)) == "2026-11-22T23:02:03Z"
    assert utc_timestamp(datetime(33, 1, 2, tzinfo=UTC)) == "0033-01-02T00:00:00Z"
    with pytest.raises(ValueError, match="without a zone"):
        utc_timestamp(datetime(2026, 11, 23))
