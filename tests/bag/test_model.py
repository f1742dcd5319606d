"""Values that exist are valid."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from preserve.bag.model import STRENGTH, BagPath, NewBag, PayloadFile, path_fault, strongest
from preserve.digests import ALGORITHMS

OUTSIDE = [
    "", "/", "/etc/passwd", "..", "../a", "a/..", "a/../b", "a\\..\\b", "..\\a", "~", "~/a", "~root/a",
    "C:", "C:\\a", "c:a", "a:b/c", "C:/a",
    "\\a", "\\\\server\\share", "\\\\?\\UNC\\a", "a\0b", "%HomeDrive%\\a", "%TEMP%/a",
]  # fmt: skip
INSIDE = [
    "a",
    "a/b",
    "...",
    "..a",
    "a..",
    "a..b/c",
    "a~",
    "a/~b",
    "ab:",
    "a%b",
    "%",
    "%7Ea",
    "a\\b",
    "a\nb",
    "-a",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_paths_that_lead_out_are_refused(path: str) -> None:
    assert path_fault(path)
    with pytest.raises(ValueError, match="not a path of a bag"):
        BagPath(path)


@pytest.mark.parametrize("path", INSIDE)
def test_paths_that_stay_are_taken(path: str) -> None:
    assert path_fault(path) is None
    assert str(BagPath(path)) == path


@pytest.mark.parametrize("path", ["a//b", "a/", "./a", "a/./b", "a/.", "\udce9"])
def test_paths_that_can_be_read_but_not_written(path: str) -> None:
    assert path_fault(path) is None
    with pytest.raises(ValueError, match="not a path of a bag"):
        BagPath(path)


@given(st.text(st.sampled_from("a./\\~:%C\0\u00e9"), max_size=12))
def test_no_path_that_is_taken_leaves_the_folder(path: str) -> None:
    import os.path

    try:
        value = BagPath(path).value
    except ValueError:
        return
    for separator in ("/", "\\"):
        depth = 0
        for part in value.split(separator):
            depth += -1 if part == ".." else 1
            assert depth > 0
    assert os.path.normpath(f"/bag/{value}").startswith("/bag/")


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "a/b", "a b", "a\n", "caf\u00e9", "a" * 256, "a\\b"])
def test_names_of_bags_are_portable(name: str) -> None:
    with pytest.raises(ValueError, match="not a name of a bag"):
        NewBag(name, ())


@pytest.mark.parametrize(
    "paths",
    [
        ("a", "a"),
        ("a", "A"),
        ("d/a", "D/A"),
        ("caf\u00e9", "cafe\u0301"),
        ("\u00c9", "\u00e9"),
        ("a", "a/b"),
        ("A", "a/b/c"),
    ],
)
def test_two_files_have_two_places_everywhere(paths: tuple[str, str]) -> None:
    for order in (paths, paths[::-1]):
        with pytest.raises(ValueError, match=r"share a place|where a folder must be"):
            NewBag("bag", tuple(PayloadFile(BagPath(path), b"") for path in order))


@pytest.mark.parametrize("label", ["", " A", "A ", "A:B", "A\nB", "A\rB", "Payload-Oxum", "BAG-SIZE", "A\udce9"])
def test_odd_labels_are_refused(label: str) -> None:
    with pytest.raises(ValueError, match=r"label|itself|UTF-8"):
        NewBag("bag", (), ((label, "value"),))


def test_values_that_utf8_cannot_say_are_refused() -> None:
    with pytest.raises(ValueError, match="UTF-8"):
        NewBag("bag", (), (("A", "\udce9"),))


def test_every_known_algorithm_has_its_place_in_the_order_of_strength() -> None:
    assert sorted(STRENGTH) == sorted(ALGORITHMS)
    assert strongest(["md5", "sha256", "whirlpool"]) == "sha256"
    assert strongest(["sha256", "sha512"]) == "sha512"
    assert strongest(["whirlpool"]) is None
