"""The conformance suite of the Library of Congress: every bag of it, as a folder and as a tar."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

from tests.bag.fixtures import pack

from preserve.bag.model import BagReport, Verdict
from preserve.bag.verifying.verification import verify
from preserve.findings import Severity

EXCLUSIONS = tomllib.loads(Path(__file__).with_name("exclusions.toml").read_text("utf-8"))
BAGS = 60


def bags(suite: Path) -> list[Path]:
    return sorted(path for path in suite.glob("v*/*/*") if path.is_dir())


def answer_wanted(name: str) -> tuple[bool, bool]:
    """Whether the suite wants the bag to be valid, and to give a warning."""
    kind = name.split("/")[1]
    # Linux's and Windows' own cases are invalid everywhere: a bag travels.
    return kind in {"valid", "warning"}, kind == "warning"


def answers(report: BagReport, name: str) -> bool:
    valid, warned = answer_wanted(name)
    warns = any(finding.severity is Severity.WARNING for finding in report.findings)
    return report.valid is valid and (warns or not warned)


def test_every_bag_gets_the_answer_of_the_suite_or_has_a_reason(bagit_suite: Path) -> None:
    wrong = {}
    for path in bags(bagit_suite):
        name = path.relative_to(bagit_suite).as_posix()
        report = verify(path)
        if not answers(report, name):
            wrong[name] = report.verdict.value
    assert wrong == {name: row["verdict"] for name, row in EXCLUSIONS.items()}


def test_the_suite_is_the_one_that_we_know(bagit_suite: Path) -> None:
    assert len(bags(bagit_suite)) == BAGS


def test_every_exclusion_has_a_reason() -> None:
    assert all(len(row["reason"]) > 40 and row["verdict"] in set(Verdict) for row in EXCLUSIONS.values())


def test_a_tar_of_each_bag_gives_the_same_codes(bagit_suite: Path, tmp_path: Path) -> None:
    for number, path in enumerate(bags(bagit_suite)):
        root = tmp_path / str(number) / path.name
        shutil.copytree(path, root)
        folder, packed = verify(path), verify(pack(root))
        assert [each.code for each in packed.findings] == [each.code for each in folder.findings], path
        assert packed.verdict is folder.verdict
