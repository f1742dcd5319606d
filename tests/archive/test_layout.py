from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from preserve.archive.layout import NOWHERE, SEVERAL, UNDATED, About, Location, shelf_post, shelf_year
from preserve.bag.model import Form
from preserve.errors import ArchiveError

NAMES = st.from_regex(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,40}", fullmatch=True)
LOCATIONS = st.builds(
    Location,
    st.from_regex(r"[A-Z0-9][A-Z0-9-]{0,20}", fullmatch=True) | st.sampled_from([NOWHERE, SEVERAL]),
    st.from_regex(r"[0-9]{4}", fullmatch=True).filter(str.isascii),
    NAMES,
    st.integers(1, 999_999_999),
    st.sampled_from(Form),
)


@given(LOCATIONS)
def test_a_location_is_read_back_from_its_path(location: Location) -> None:
    assert Location.parse(location.path) == location


@given(st.lists(LOCATIONS))
def test_locations_sort_by_their_parts(locations: list[Location]) -> None:
    keys = [(each.post, each.year, each.name, each.version, each.form.value) for each in sorted(locations)]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "bags/STRELSAU/2007/x",
        "bags/STRELSAU/2007/x/v0",
        "bags/STRELSAU/2007/x/v01",
        "bags/STRELSAU/2007/x/v1.gz",
        "bags/STRELSAU/2007/x/v1\n",
        "bags/STRELSAU/2007/../v1",
        "bags/STRELSAU/2007/.x/v1",
        "bags/STRELSAU/07/x/v1",
        "bags/strelsau/2007/x/v1",
        "bags/../2007/x/v1",
        "/bags/STRELSAU/2007/x/v1",
        "other/STRELSAU/2007/x/v1",
        "bags/STRELSAU/2007/x/v1/data",
        "bags/STRELSAU/2007/x/v1234567890",
    ],
)
def test_a_path_that_the_layout_does_not_allow_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="not a place"):
        Location.parse(path)


@pytest.mark.parametrize(
    ("posts", "shelf"),
    [
        (["STRELSAU"], "STRELSAU"),
        (["STRELSAU", "STRELSAU", None], "STRELSAU"),
        (["STRELSAU", "ZENDA"], SEVERAL),
        ([None, ""], NOWHERE),
        ([], NOWHERE),
        (["us mission/../strelsau "], "US-MISSION-STRELSAU"),
        (["../.."], NOWHERE),
    ],
)
def test_the_shelf_of_posts(posts: list[str | None], shelf: str) -> None:
    assert shelf_post(posts) == shelf


@given(st.lists(st.none() | st.text(max_size=80), max_size=4), st.lists(st.none() | st.text(max_size=20), max_size=3))
def test_whatever_the_record_says_the_shelf_is_one_that_the_layout_allows(
    posts: list[str | None], dates: list[str | None]
) -> None:
    Location(shelf_post(posts), shelf_year(dates), "x", 1, Form.TAR)


@pytest.mark.parametrize(
    ("dates", "year"),
    [
        (["2007-03-05"], "2007"),
        (["2007-01-01", "2007-12-31", None], "2007"),
        (["2007", "2008"], UNDATED),
        ([], UNDATED),
    ],
)
def test_the_shelf_of_dates(dates: list[str | None], year: str) -> None:
    assert shelf_year(dates) == year


def test_what_an_archive_says_of_itself_is_read_back() -> None:
    about = About("2026-01-31T09:30:00Z")
    assert About.decode(about.encode(), "x") == about


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "does not describe"),
        (b"[]", "does not describe"),
        (b"{}", "does not describe"),
        (b"[" * 100_000, "does not describe"),
        (b'{"layout": "ocfl", "version": "1.0", "created": "x"}', "another layout"),
        (b'{"layout": "preserve_archive", "version": "2.0", "created": "x"}', "layout version 2.0"),
    ],
)
def test_another_description_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(ArchiveError, match=says):
        About.decode(data, "archive.json")
