"""The face of the library: each name on its page with an example that runs, and nothing needed that is not used."""

from __future__ import annotations

import doctest
import re
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

import preserve

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs/reference/library.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"(?ms)^### (.+?)\n(.*?)(?=^##|\Z)", PAGE))
NOT_FOR_BAGS = (
    "bagit",
    "jsonschema",
    "jsonschema_rs",
    "lxml",
    "py7zr",
    "rich",
    "sqlalchemy",
    "typer",
)


def test_the_page_has_every_name_of_the_face_and_no_other() -> None:
    named = [name for heading in SECTIONS for name in heading.split(", ")]
    assert sorted(named) == sorted(dir(preserve))


@pytest.mark.parametrize("name", dir(preserve))
def test_each_name_stands_in_an_example(name: str) -> None:
    examples = "\n".join(re.findall(r"(?ms)^```python\n(.*?)^```", PAGE))
    assert re.search(rf"preserve\.{name}\b", examples)


@pytest.mark.parametrize("name", dir(preserve))
def test_each_name_is_documented_where_it_is_defined(name: str) -> None:
    assert (getattr(preserve, name).__doc__ or "").strip()


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copyfile(ROOT / "tests/fixtures/cablebrowser/05STRELSAU4281.flattened.txt", tmp_path / "page.txt")
    monkeypatch.chdir(tmp_path)
    parser = doctest.DocTestParser()
    examples = parser.get_doctest(PAGE, {}, "library.md", "docs/reference/library.md", 0)
    told: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL).run(
        examples, out=told.append
    )
    assert (result.failed, "".join(told)) == (0, "")
    assert result.attempted > 40


def test_importing_it_imports_no_room(tmp_path: Path) -> None:
    code = "import preserve, sys; print(sorted(name for name in sys.modules if name.startswith('preserve')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.strip() == "['preserve']"


def test_bags_need_nothing_of_the_rest(tmp_path: Path) -> None:
    """Making, verifying and taking apart a bag work where the other libraries are not installed at all."""
    code = f"""
import sys
for name in {NOT_FOR_BAGS!r}:
    sys.modules[name] = None
import preserve
bag = preserve.make_bag(["one.txt"], "bags", "one", form="tar.zst")
assert preserve.verify(bag.path, seal=bag.seal).valid
assert preserve.extract(bag.path, "out").whole
"""
    (tmp_path / "one.txt").write_text("one")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out/one.txt").read_text() == "one"


def test_nothing_of_it_prints_or_asks_the_clock(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    source = (ROOT / "src/preserve/library.py").read_text(encoding="utf-8")
    assert not re.search(r"\bprint\(|sys\.(exit|stdout|stderr)|\.now\(|\.today\(|Clock\(\)", source)
    preserve.make_bag([str(ROOT / "README.md")], tmp_path, "quiet")
    preserve.verify(tmp_path / "quiet")
    assert capsys.readouterr() == ("", "")


def test_one_string_is_one_source_and_one_pattern(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("one")
    bag = preserve.make_bag(tmp_path / "one.txt", tmp_path / "bags", "one", algorithms="sha256")
    assert bag.files == 1
    assert preserve.extract(bag.path, tmp_path / "out", patterns="*.txt").whole


@pytest.mark.parametrize("seal", ["", " ", "junk", "0" * 63], ids=["empty", "blank", "a word", "too short"])
def test_what_is_no_seal_is_a_wrong_call(seal: str, tmp_path: Path) -> None:
    with pytest.raises(preserve.UsageError, match="not a seal"):
        preserve.verify(tmp_path, seal=seal)


def test_a_clock_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        preserve.Clock(datetime(2026, 11, 30))
