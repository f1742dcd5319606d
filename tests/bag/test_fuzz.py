"""Damaged bags, the same ones each time; ``benchmarks.fuzz_bags`` goes on for minutes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.fuzz import fuzz
from benchmarks.fuzz_bags import TARGETS, bag_target

from benchmarks import fuzz_bags
from preserve.bag.model import BagReport, Verdict
from preserve.bag.verify import verify

INPUTS = {"tagfiles": 120, "tar": 400, "zip": 400, "index": 250, "profile": 400}
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
    made = [[bag_target(name).make(seed, number) for number in range(10)] for seed in (3, 3, 4)]
    assert made[0] == made[1] != made[2]


def _all_is_well(path: Path, **_how: object) -> BagReport:
    return replace(verify(path), verdict=Verdict.VALID, findings=())


def _crashing(_path: Path, **_how: object) -> BagReport:
    raise ZeroDivisionError


def test_a_lenient_verifier_and_a_crashing_one_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    target = bag_target("tagfiles")
    monkeypatch.setattr(fuzz_bags, "verify", _all_is_well)
    says = [failure.says for failure in fuzz(target, range(0, 400, 8), seed=3).failures]
    assert any("no manifest vouches for" in each for each in says)
    assert any("not taken out whole" in each for each in says)
    monkeypatch.setattr(fuzz_bags, "verify", _crashing)
    tally = fuzz(target, range(5), seed=3)
    assert ["ZeroDivisionError" in failure.says for failure in tally.failures] == [True] * 5


def test_a_twin_that_gives_other_findings_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_folders(path: Path, **_how: object) -> BagReport:
        report = verify(path)
        return report if path.is_dir() else replace(report, findings=())

    monkeypatch.setattr(fuzz_bags, "verify", only_folders)
    says = [failure.says for failure in fuzz(bag_target("tagfiles"), range(0, 80, 8), seed=3).failures]
    assert any("bag.tar gives []" in each for each in says)


def test_from_the_command_line_failures_are_kept(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.fuzz_bags", "index", "--seconds", "0.5", "--keep", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("index: inputs ")
    assert list(tmp_path.iterdir()) == []
