"""bagit-python beside ours: what we write it accepts, and where the two differ on others' bags there is a reason."""

from __future__ import annotations

import fnmatch
import tarfile
import tomllib
from pathlib import Path

import pytest
from tests.bag.fixtures import FIXTURES
from tests.bag.second_opinion import bagit_python_accepts, opinion

from preserve.bag.model import BagPath, Depth, Form, NewBag, PayloadFile
from preserve.bag.verify import verify
from preserve.bag.write import write_bag

TABLE = tomllib.loads(Path(__file__).with_name("differences.toml").read_text("utf-8"))
# A pipe would hang it, root reads what others cannot, and it knows neither seals nor depths.
ASKED = [
    each
    for each in FIXTURES
    if each.depth is Depth.FULL and not (each.as_nobody or each.seal or each.name.startswith("special-file"))
]


def test_each_difference_has_a_reason_and_each_reason_a_difference(tmp_path: Path) -> None:
    differ = {}
    for number, fixture in enumerate(ASKED):
        root = tmp_path / str(number) / "bag"
        fixture.build(root)
        ours, theirs = verify(root).valid, opinion(root)
        if theirs != ("valid" if ours else "invalid"):
            differ[fixture.name] = ours
    reasons = {name: [line for line in TABLE if fnmatch.fnmatchcase(name, line)] for name in differ}
    assert [name for name, lines in reasons.items() if not lines] == []
    assert [name for name, ours in differ.items() if TABLE[reasons[name][0]]["ours"] is not ours] == []
    assert set(TABLE) - {line for lines in reasons.values() for line in lines} == set()


NAMES = {
    "plain": ["a.txt", "b/c.txt", "b/d/e.txt"],
    "unicode": ["\u00fcber/\u4e2d\u6587.txt", "\U0001f4dc", "e\u0301"],
    "spaces": ["a b", "c  d/e f"],
    "line-ends": ["a\nb", "c\rd"],
    "signs": ["it's", 'a"b', "a;b", "a,b", "(a)", "[b]", "a=b", "a&b", "a#b", "a*b", "a?b", "a|b"],
    "empty-files": ["a", "b"],
    "nothing": [],
}


@pytest.mark.parametrize("algorithms", [("sha512",), ("md5", "sha1", "sha256"), ("sha3-256", "blake2b")])
@pytest.mark.parametrize("kind", NAMES)
def test_what_we_write_it_accepts(kind: str, algorithms: tuple[str, ...], tmp_path: Path) -> None:
    files = tuple(PayloadFile(BagPath(name), b"" if kind == "empty-files" else name.encode()) for name in NAMES[kind])
    info = (("Access", "restricted"), ("External-Description", "one line"), ("Folded", "a\nb\nc"), ("Empty", ""))
    bag = NewBag("bag", files, info)
    for form in Form:
        written = write_bag(bag, tmp_path, algorithms=algorithms, form=form)
        assert verify(written.path, seal=written.seal).valid
    assert bagit_python_accepts(tmp_path / "bag")
    with tarfile.open(tmp_path / "bag.tar") as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    assert bagit_python_accepts(tmp_path / "unpacked" / "bag")
    assert sorted(verify(tmp_path / "unpacked" / "bag").findings) == sorted(verify(tmp_path / "bag").findings)


@pytest.mark.parametrize("name", ["100%.txt", "a%0Ab", "a%25b", " a", "a ", "a\u2028b"])
def test_names_where_it_departs_from_the_standard_are_right_in_ours(name: str, tmp_path: Path) -> None:
    """RFC 8493 2.1.3 escapes the percent sign and strips nothing; see ``differences.toml`` for why we follow it."""
    written = write_bag(NewBag("bag", (PayloadFile(BagPath(f"d/{name}"), b"x"),)), tmp_path)
    assert verify(written.path).findings == ()
