"""What a bag says of itself, asked without hashing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from tests.bag.fixtures import bag, pack

from preserve.bag.model import Form
from preserve.bag.reading.summary import BagSummary, ListedFile, list_files, summarize_bag
from preserve.bag.verifying.verification import verify
from preserve.errors import BagError


def test_a_bag_tells_its_fields_counts_and_algorithms(tmp_path: Path) -> None:
    root = tmp_path / "bag"
    bag(
        root,
        {"a": b"aa"},
        version="0.97",
        algorithms=("md5", "sha256"),
        tag_algorithms=("sha256",),
        info="Custodian: Strelsau\n",
        tags={"fetch.txt": b"https://strelsau.example/b 1 data/b\n"},
    )
    expected = BagSummary(
        name="bag",
        form=Form.DIRECTORY,
        version="0.97",
        files=1,
        bytes=2,
        tag_files=6,
        algorithms=("md5", "sha256"),
        tag_algorithms=("sha256",),
        to_fetch=1,
        seal=hashlib.sha256((root / "tagmanifest-sha256.txt").read_bytes()).hexdigest(),
        info=(("Custodian", "Strelsau"),),
    )
    assert summarize_bag(root) == expected
    assert summarize_bag(pack(root)).form is Form.TAR
    assert summarize_bag(root).seal == verify(root).seal


def test_the_payload_is_listed_as_it_is_there_and_as_manifests_list_it(tmp_path: Path) -> None:
    root = tmp_path / "bag"
    bag(root, {"a": b"aa", "gone": b""}, algorithms=("md5", "sha256"))
    (root / "data/gone").unlink()
    (root / "data/new").write_bytes(b"xyz")
    given = {data: {name: hashlib.new(name, data).hexdigest() for name in ("md5", "sha256")} for data in (b"aa", b"")}
    assert tuple(list_files(root)) == (
        ListedFile("data/a", 2, given[b"aa"]),
        ListedFile("data/gone", None, given[b""]),
        ListedFile("data/new", 3, {}),
    )


@pytest.mark.parametrize("look", [summarize_bag, list_files])
def test_what_is_no_bag_is_an_error(look: object, tmp_path: Path) -> None:
    assert callable(look)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "read.me").write_bytes(b"x")
    with pytest.raises(BagError, match="is no bag"):
        look(tmp_path / "folder")
    (tmp_path / "folder" / "manifest-md5.txt").write_bytes(b"")
    assert look(tmp_path / "folder") is not None
