"""The command: no verb waits for the rooms of another, and help waits for none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.bag.fixtures import bag
from tests.cli.command import VERBS, environment, preserve

from preserve.cli.main import run

LOADED = """
import sys
from preserve.cli.main import run

try:
    run(sys.argv[1:])
finally:
    rooms = {name.split(".")[1] for name in sys.modules if name.startswith("preserve.")}
    print(*sorted({*rooms, *sys.modules} & set(%r)), file=sys.stderr)
"""
OTHERS = ("access", "archive", "cable", "provenance", "readers", "tei", "bagit", "lxml", "py7zr", "sqlalchemy", "rich")


@pytest.mark.parametrize(
    "arguments", [["verify", "one"], ["bag", "info", "one"], ["bag", "list", "one"], ["--version"]], ids=" ".join
)
def test_a_verb_on_bags_loads_nothing_of_archives_and_cables(arguments: list[str], tmp_path: Path) -> None:
    bag(tmp_path / "one", {"1.txt": b"1"})
    done = subprocess.run(
        [sys.executable, "-c", LOADED % (OTHERS,), *arguments],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "\n"


def test_help_lists_every_verb_and_loads_no_room(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LOADED % (("bag", *OTHERS[:-1]),), "--help"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True)
    assert done.stderr == "\n"
    assert [verb for verb in {verb.split()[0] for verb in VERBS} if f" {verb} " not in done.stdout] == []
    assert preserve(cwd=tmp_path).stdout.rstrip() == done.stdout.rstrip()


def test_completion_knows_the_flags_of_a_verb(tmp_path: Path) -> None:
    typed = "preserve verify --de"
    done = preserve(cwd=tmp_path, _PRESERVE_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS=typed)
    assert "--depth" in done.stdout


def test_a_verb_after_two_dashes_is_run(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["--", "schema", "list"])
    assert (ended.value.code, capsys.readouterr().out.startswith("record ")) == (0, True)
