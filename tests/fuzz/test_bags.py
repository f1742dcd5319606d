"""Damaged bags, the same ones each time; ``tests.fuzz.bags`` goes on for minutes."""

from __future__ import annotations

import random
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from tests.fuzz import bags as fuzz_bags
from tests.fuzz.archive_damage import damaged_zip
from tests.fuzz.bag_samples import BAGS, read_tar, tarred, zipped
from tests.fuzz.bag_witness import against
from tests.fuzz.bags import TARGETS, bag_target
from tests.fuzz.mutations import mended
from tests.fuzz.readers import fuzz
from tests.selection import part

from preserve.bag.model import BagReport, Verdict
from preserve.bag.verifying.verification import verify

INPUTS = {
    name: part(number)
    for name, number in (("tagfiles", 120), ("tar", 400), ("zip", 400), ("index", 250), ("profile", 400))
}
FAIR = {
    "tagfiles": {"valid", "invalid"},
    "tar": {"valid", "invalid", "refused"},
    "zip": {"valid", "invalid", "unreadable", "refused"},
    "index": {"whole", "partly", "refused"},
    "profile": {"invalid", "refused"},
}
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_bags_are_judged_or_refused(name: str) -> None:
    tally = fuzz(bag_target(name), range(INPUTS[name]), seed=3)
    assert [(failure.number, failure.says) for failure in tally.failures] == []
    # Damage that spares nothing, or nothing but what it spares, would test little.
    assert FAIR[name] <= set(tally.fates)
    assert tally.inputs == sum(tally.fates.values()) == INPUTS[name]


@pytest.mark.parametrize("name", TARGETS)
def test_a_number_makes_one_input(name: str) -> None:
    targets = [(bag_target(name), seed) for seed in (3, 3, 4)]
    made = [[target.make(seed, number) for number in range(10)] for target, seed in targets]
    assert made[0] == made[1] != made[2]


def _all_is_well(path: Path, *, seal: str | None = None, **_how: object) -> BagReport:
    report = verify(path, seal=seal)
    # Of a seal it says what there is to say: that is asked first.
    said = tuple(each for each in report.findings if each.code.startswith("seal-"))
    return replace(report, verdict=Verdict.INVALID if said else Verdict.VALID, findings=said)


def test_a_witness_misses_who_vouches_for_a_file() -> None:
    assert against(BAGS[0]) is None
    assert against({**BAGS[0], "data/new.txt": b"new"}) == "no manifest vouches for 'data/new.txt'"


def test_a_tar_of_a_few_octets_that_says_gigabytes_of_zeros_is_not_read_by_a_witness() -> None:
    sparse = bytearray(tarred({"data/zeros": bytes(512)}, form=tarfile.GNU_FORMAT))
    sparse[156:157] = b"S"
    sparse[483:495] = b"%011o\0" % (8**11 - 1)
    assert read_tar(mended("x.tar", bytes(sparse))) is None


def test_a_zip_with_all_the_extra_fields_there_can_be_can_be_damaged() -> None:
    full = bytearray(zipped({"data/a.txt": b"a"}))
    entry = full.index(b"PK\1\2")
    full[entry + 30 : entry + 32] = b"\xff\xff"
    assert len({damaged_zip(random.Random(seed), "bag.zip", bytes(full), [bytes(full)]) for seed in range(50)}) > 40


def _crashing(_path: Path, **_how: object) -> BagReport:
    raise ZeroDivisionError


def test_a_lenient_verifier_and_a_crashing_one_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    target = bag_target("tagfiles")
    monkeypatch.setattr(fuzz_bags, "verify", _all_is_well)
    says = [failure.says for failure in fuzz(target, range(100), seed=3).failures]
    for what in ("no manifest is of the payload", "gives another digest for", "not taken out whole"):
        assert any(what in each for each in says), what
    monkeypatch.setattr(fuzz_bags, "verify", _crashing)
    tally = fuzz(target, range(5), seed=3)
    assert ["ZeroDivisionError" in failure.says for failure in tally.failures] == [True] * 5


def test_a_twin_that_gives_other_findings_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_folders(path: Path, *, seal: str | None = None, **_how: object) -> BagReport:
        report = verify(path, seal=seal)
        return report if path.is_dir() else replace(report, findings=())

    monkeypatch.setattr(fuzz_bags, "verify", only_folders)
    says = [failure.says for failure in fuzz(bag_target("tagfiles"), range(40), seed=3).failures]
    assert any("bag.tar gives []" in each for each in says)


def test_from_the_command_line_failures_are_kept(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz.bags", "index", "--seconds", "0.5", "--keep", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("index: inputs ")
    assert list(tmp_path.iterdir()) == []
