"""The rights of what is written, whatever the umask is: bags are for everybody to read, and nothing is to write."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.command import environment

PAGE = Path(__file__).resolve().parents[1] / "fixtures/cablebrowser/07STRELSAU112.lines.txt"
VERBS = (
    ("init",),
    ("ingest", PAGE),
    ("pack", PAGE, "--to", "packed", "--group", "post-year", "--form", "tar"),
    ("pack", PAGE, "--to", "packed", "--form", "zip"),
    ("pack", PAGE, "--to", "packed"),
    ("bag", "make", PAGE, "--to", "new/folders", "--name", "any"),
    ("bag", "convert", "new/folders/any", "--to", "new/folders", "--form", "tar"),
    ("get", "07STRELSAU112", "--to", "copy"),
    ("export", "metadata", "07STRELSAU112", "--as", "dc", "--to", "exported.xml"),
    ("export", "metadata", "all", "--as", "dspace", "--to", "exported"),
    ("deposit", "07STRELSAU112", "--to", "deposited"),
)
BAGS = ("archive/bags/STRELSAU/2007/07STRELSAU112/v1", "packed/07STRELSAU112", "new/folders/any", "copy")
"""Folders in which everything is for everybody to read; so are all archives of bags."""


@pytest.mark.parametrize("umask", [0, 0o077], ids=["000", "077"])
def test_nothing_is_open_for_everybody_to_write(umask: int, tmp_path: Path) -> None:
    for verb in VERBS:
        done = subprocess.run(
            [sys.executable, "-m", "preserve", *map(str, verb)],
            cwd=tmp_path,
            env=environment(PRESERVE_ACCESS_LEVEL="open"),
            capture_output=True,
            text=True,
            umask=umask,
            check=False,
        )
        assert done.returncode == 0, (verb, done.stderr)
    modes = {
        str(path.relative_to(tmp_path)): stat.S_IMODE(path.lstat().st_mode)
        for path in tmp_path.rglob("*")
        if not path.is_symlink()
    }
    bags = {path: mode for path, mode in modes.items() if _is_of_a_bag(path)}
    assert len(bags) > 25
    assert {path: oct(mode) for path, mode in bags.items() if mode not in {0o644, 0o755}} == {}
    others = {path: mode for path, mode in modes.items() if path not in bags}
    forbidden = (umask | stat.S_IWOTH) & 0o777
    assert {path: oct(mode) for path, mode in others.items() if mode & forbidden} == {}


def _is_of_a_bag(path: str) -> bool:
    return path.endswith((".tar", ".zip", ".index.csv")) or any(
        path == bag or path.startswith(f"{bag}/") for bag in BAGS
    )
