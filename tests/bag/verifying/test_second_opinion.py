"""bagit-python beside ours: what we write it accepts, and where the two differ on others' bags there is a reason."""

from __future__ import annotations

import fnmatch
import tarfile
import tomllib
from pathlib import Path

import bagit
import pytest
from tests.bag.fixtures import FIRST, FIXTURES, bag, pack
from tests.bag.making import write_bag
from tests.bag.second_opinion import bagit_python_accepts, opinion

from preserve.bag.model import BagPath, Depth, Form, NewBag, PayloadFile
from preserve.bag.verifying.profile import Profile
from preserve.bag.verifying.second_opinion import ask_bagit
from preserve.bag.verifying.verification import verify

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
    new = NewBag("bag", files, info)
    for form in Form:
        written = write_bag(new, tmp_path, algorithms=algorithms, form=form)
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


def told(path: Path, **asked: object) -> list[tuple[str, str]]:
    second = ask_bagit(path, verify(path, **asked))  # type: ignore[arg-type]
    return [] if second is None else [(second.code, second.message)]


def test_an_opinion_that_agrees_is_not_told(tmp_path: Path) -> None:
    bag(tmp_path / "good")
    bag(tmp_path / "bad")
    (tmp_path / "bad" / FIRST).write_bytes(b"altered")
    assert told(tmp_path / "good") == told(tmp_path / "bad") == []


def test_what_only_a_profile_or_a_seal_asks_is_no_difference(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    assert told(tmp_path / "bag", seal="0" * 64, profile=Profile.by_name("rda")) == []


def test_a_difference_is_told_with_its_reason(tmp_path: Path) -> None:
    fixtures = {fixture.name: fixture for fixture in FIXTURES}
    fixtures["manifest-line-malformed--one-token"].build(tmp_path / "lenient")
    ((code, says),) = told(tmp_path / "lenient")
    assert code == "second-opinion-differs"
    assert "calls it valid; it does not look for manifest-line-malformed (RFC 8493" in says
    fixtures["valid--space-at-the-end"].build(tmp_path / "strict")
    ((code, says),) = told(tmp_path / "strict")
    assert code == "second-opinion-differs"
    assert "calls it invalid: BagValidationError" in says


@pytest.mark.parametrize("code", ["path-leaves-bag", "link-in-bag"])
def test_it_is_not_asked_about_a_bag_that_leads_elsewhere(code: str, tmp_path: Path) -> None:
    next(each for each in FIXTURES if each.codes == {code}).build(tmp_path / "bag")
    ((code, says),) = told(tmp_path / "bag")
    assert code == "second-opinion-none"
    assert "lead it elsewhere" in says


def test_it_is_not_asked_about_an_archive_and_its_log_is_left_as_it_was(tmp_path: Path) -> None:
    bag(tmp_path / "bag")
    ((code, _says),) = told(pack(tmp_path / "bag"))
    assert code == "second-opinion-none"
    assert bagit.LOGGER.disabled is False
