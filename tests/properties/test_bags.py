"""Whatever is written is valid; whatever is changed afterwards is found."""

from __future__ import annotations

import io
import shutil
import struct
import tarfile
import tempfile
import zipfile
from pathlib import Path

from backports import zstd
from hypothesis import given, strategies as st
from tests.bag.making import write_bag
from tests.bag.second_opinion import bagit_python_accepts
from tests.selection import examples

from preserve.bag.model import BagPath, Form, NewBag, PayloadFile
from preserve.bag.verifying.verification import verify
from preserve.bag.writing.tagfiles import canonical_value, sort_info
from preserve.digests import ALGORITHMS
from preserve.errors import BagError

# Any characters, but for those that bagit-python reads otherwise than RFC 8493 says (differences.toml).
odd = st.characters(exclude_categories=["Cs"], exclude_characters="\0/")
plain = st.characters(categories=["L", "N", "Mn", "P", "So"], exclude_characters="%/\\*~#.:\u0085")
values = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
plain_values = st.text(st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="\u0085"), max_size=30)


def new_bags(characters: st.SearchStrategy[str], texts: st.SearchStrategy[str]) -> st.SearchStrategy[NewBag]:
    part = st.text(characters, min_size=1, max_size=12)
    path = st.lists(part, min_size=1, max_size=3).map("/".join)
    files = st.dictionaries(path, st.binary(max_size=64), max_size=4)
    info = st.lists(st.tuples(st.sampled_from(["Access", "Other", "External-Identifier"]), texts), max_size=4)

    def make(files: dict[str, bytes], info: list[tuple[str, str]]) -> NewBag | None:
        try:
            return NewBag("bag", tuple(PayloadFile(BagPath(path), data) for path, data in files.items()), tuple(info))
        except ValueError:
            return None

    return st.builds(make, files, info).filter(lambda bag: bag is not None).map(lambda bag: bag or NewBag("bag", ()))


algorithms = st.lists(
    st.sampled_from(["md5", "sha256", "sha512", "sha3256", "blake2b"]), min_size=1, max_size=3, unique=True
)


@examples(60)
@given(new_bags(odd, values), algorithms, st.sampled_from(Form))
def test_any_bag_that_is_written_is_valid(bag: NewBag, names: list[str], form: Form) -> None:
    with tempfile.TemporaryDirectory() as place:
        written = write_bag(bag, Path(place), algorithms=names, form=form, reread=True)
        report = verify(written.path, seal=written.seal)
        weak = {"algorithm-weak", "names-differ-by-case", "system-file"}
        assert {finding.code for finding in report.findings} <= weak
        assert (report.files, report.bytes) == (len(bag.files), sum(len(file.data) for file in bag.files))
        counted = {"Payload-Oxum", "Bag-Size"}
        assert [field for field in report.info if field[0] not in counted] == [
            (label, canonical_value(value)) for label, value in sort_info(bag.info)
        ]


@examples(40)
@given(new_bags(plain, plain_values))
def test_any_plain_bag_that_is_written_is_valid_to_bagit_python(bag: NewBag) -> None:
    with tempfile.TemporaryDirectory() as place:
        written = write_bag(bag, Path(place), algorithms=("md5", "sha512"))
        assert bagit_python_accepts(written.path)


FILES = tuple(PayloadFile(BagPath(f"{name}/05STRELSAU1"), name.encode() * 9) for name in ("source", "record", "tei"))


@examples(150)
@given(st.data(), st.sampled_from(Form))
def test_any_flipped_bit_is_found(data: st.DataObject, form: Form) -> None:
    with tempfile.TemporaryDirectory() as place:
        written = write_bag(NewBag("bag", FILES, (("Access", "restricted"),)), Path(place), form=form)
        whole = sorted(p for p in [written.path, *written.path.rglob("*")] if p.is_file())
        path = data.draw(st.sampled_from(whole))
        before = path.read_bytes()
        octets = bytearray(before)
        at, bit = data.draw(st.integers(0, len(octets) - 1)), data.draw(st.integers(0, 7))
        octets[at] ^= 1 << bit
        path.write_bytes(octets)
        try:
            report = verify(written.path, seal=written.seal)
        except BagError:
            return  # it is no archive any more
        # In an archive, what no reader can tell apart may differ unseen: padding, a zero that became a blank, a CRC.
        assert report.findings or _members(form, before) == _members(form, bytes(octets))


def _members(form: Form, archive: bytes) -> list[tuple[str, bytes]] | None:
    """Return what the standard library unpacks; ``None`` of a folder."""
    if form is Form.TAR_ZST:
        return [("", zstd.decompress(archive))]
    if form is Form.TAR:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            return [(member.name, archive[member.offset_data :][: member.size]) for member in tar]
    if form is Form.ZIP:
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            # Stored members: the octets follow the name. Reading them would check the CRC, which judges nothing here.
            return [(info.filename, archive[_data_of(archive, info) :][: info.file_size]) for info in packed.infolist()]
    return None


def _data_of(archive: bytes, info: zipfile.ZipInfo) -> int:
    # APPNOTE 4.3.7: the lengths of name and extra field are octets 26 to 29 of the local header.
    name, extra = struct.unpack_from("<HH", archive, info.header_offset + 26)
    return info.header_offset + 30 + int(name) + int(extra)


@examples(40)
@given(st.sampled_from(["delete", "add", "rename", "swap", "truncate"]), st.integers(0, 2), st.integers(0, 2))
def test_any_change_of_a_file_is_found(change: str, first: int, second: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        root = write_bag(NewBag("bag", FILES), Path(place)).path
        names = [root / "data" / file.path.value for file in FILES]
        if change == "delete":
            names[first].unlink()
        elif change == "add":
            (names[first].parent / "new").write_bytes(b"")
        elif change == "rename":
            names[first].rename(names[first].with_name("renamed"))
        elif change == "truncate":
            names[first].write_bytes(names[first].read_bytes()[:-1])
        elif first != second:
            shutil.move(names[first], root / "held")
            shutil.move(names[second], names[first])
            shutil.move(root / "held", names[second])
        assert verify(root).valid is (change == "swap" and first == second)


def test_the_algorithms_asked_are_known() -> None:
    assert {"md5", "sha256", "sha512", "sha3256", "blake2b"} <= set(ALGORITHMS)
