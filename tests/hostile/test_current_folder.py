"""No interpreter that is started imports from the current folder, which may hold captured pages and any module."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from benchmarks.corpus import make
from tests.bag.fixtures import bag
from tests.cli.command import environment

import preserve

NAMES = sorted({*sys.stdlib_module_names, *packages_distributions()})
"""Of modules that something may import: those of Python, and those of all that is installed beside us."""

SCRIPT = [str(Path(sysconfig.get_path("scripts"), "preserve"))]
MODULE = [sys.executable, "-m", "preserve"]
DEAF = [
    *(sys.executable, "-E", "-c"),
    f"import sys; sys.path[0] = {str(Path(preserve.__file__).parents[1])!r}; from preserve.cli import run; run()",
]
"""Python looks at no variable of its environment."""


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive of two bags, and enough pages, documents and bags for several workers."""
    work = tmp_path_factory.mktemp("work")
    pages = make(101, work / "pages")
    make(101, work / "later")
    for number in range(5):
        bag(work / f"bag{number}", {"1.txt": b"1"})
    (work / "documents").mkdir()
    for number in range(21):
        (work / f"documents/{number}.json").write_text('{"schema_version": "1.0.0"}')
    run(SCRIPT, "init", cwd=work)
    run(SCRIPT, "ingest", str(pages[0]), cwd=work)
    return work


def run(program: list[str], *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*program, *arguments], cwd=cwd, env=environment(), capture_output=True, text=True, check=False
    )
    assert "internal error" not in done.stderr
    assert "died" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def plant(folder: Path, names: list[str]) -> Path:
    """Write modules of these names, which leave their name in a file when they are imported."""
    marker = folder / "imported"
    for name in names:
        (folder / f"{name}.py").write_text(f"with open({str(marker)!r}, 'a') as file: print(__name__, file=file)\n")
    return marker


VERBS = {
    "validate": ["validate", "documents"],
    "verify": ["verify", *(f"bag{number}" for number in range(5))],
    "pack": ["pack", "pages", "--to", "bags"],
    "ingest": ["ingest", "pages"],
    "audit": ["audit"],
    "compare": ["compare", "--corpus", "pages", "later"],
}
"""The verbs that have workers; after ``ingest`` the archive has enough bags for those of ``audit``."""


def test_no_child_of_the_command_imports_from_the_current_folder(work: Path) -> None:
    marker = plant(work, NAMES)
    for verb, arguments in VERBS.items():
        done = run(SCRIPT, *arguments, "--jobs", "2", cwd=work)
        assert done.stdout, verb
        assert not marker.exists(), (verb, marker.read_text())


@pytest.mark.parametrize("program", [MODULE, DEAF], ids=["module", "deaf"])
def test_nor_where_python_is_told_to_look_there(program: list[str], work: Path, tmp_path: Path) -> None:
    # "python -m" itself imports from there until preserve runs: what only the children need is planted.
    marker = plant(tmp_path, ["multiprocessing", "socket", "selectors", "concurrent", "_posixshmem", "rich", "lxml"])
    done = run(program, "validate", str(work / "documents"), "--jobs", "2", cwd=tmp_path)
    assert "21 items" in done.stdout
    assert not marker.exists(), marker.read_text()


FROM_A_PROMPT = """
import sys
from importlib.util import find_spec
from preserve.engine import map_batches
assert find_spec("planted") and sys.path[0] == ""
print([each.result for part in map_batches(find_spec, ["planted"] * 4, jobs=2, batch=2) for each in part])
assert sys.path[0] == ""
"""


def test_a_worker_of_an_interactive_interpreter_does_not_find_what_its_parent_finds(tmp_path: Path) -> None:
    plant(tmp_path, ["planted"])
    assert run([sys.executable], "-c", FROM_A_PROMPT, cwd=tmp_path).stdout == "[None, None, None, None]\n"
