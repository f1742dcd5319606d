"""The figures of the house, counted on a made-up one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tools.house import circles, count_face, figures, imports, main, read_modules

HOUSE = {
    "__init__.py": '"""The house."""\n',
    "cellar.py": '"""Wine."""\n\nclass Bottle:  # of glass\n    """A bottle."""\n',
    "kitchen/__init__.py": "from preserve.kitchen.stove import cook\n",
    "kitchen/stove.py": (
        "from __future__ import annotations\n"
        "from typing import TYPE_CHECKING\n"
        "from preserve import cellar\n"
        "if TYPE_CHECKING:\n"
        "    from preserve.attic import Ghost\n"
        "else:\n"
        "    import preserve.larder.shelf\n"
        "def cook(what: str) -> str:\n"
        "    import preserve.hall\n"
        "    return what\n"
    ),
    "larder/__init__.py": "",
    "larder/shelf.py": "try:\n    import orjson\nexcept ImportError:\n    from preserve.hall import Door\n",
    "hall.py": "from preserve.larder import shelf\nclass Door:\n    def open(self, how): ...\n",
    "attic.py": "class Ghost: ...\nclass Bottle: ...\nclass _Bottle: ...\n",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in HOUSE.items():
        path = tmp_path / "src/preserve" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_it.py").write_text("one\ntwo\n", encoding="utf-8")
    return tmp_path


def test_modules_have_the_names_by_which_they_are_imported(checkout: Path) -> None:
    modules = read_modules(checkout)
    assert set(modules) == {"", "attic", "cellar", "hall", "kitchen", "kitchen.stove", "larder", "larder.shelf"}
    assert modules["kitchen.stove"].room == modules["kitchen"].room == "kitchen"


def test_an_arrow_is_an_import_that_is_done_while_the_module_is_imported(checkout: Path) -> None:
    modules = read_modules(checkout)
    arrows = {name: sorted(imports(module, modules)) for name, module in modules.items()}
    assert arrows == {
        "": [],
        "attic": [],
        "cellar": [],
        "hall": ["larder.shelf"],
        "kitchen": ["kitchen.stove"],
        # Neither what is for types only nor what a function imports when it is called.
        "kitchen.stove": ["cellar", "larder.shelf"],
        "larder": [],
        "larder.shelf": ["hall"],
    }


@pytest.mark.parametrize(
    ("arrows", "expected"),
    [
        pytest.param({"a": {"b"}, "b": {"c"}, "c": set()}, [], id="a line"),
        pytest.param({"a": {"b"}, "b": {"a"}, "c": {"a"}}, [["a", "b"]], id="two that import each other"),
        pytest.param({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"d"}}, [["a", "b", "c"]], id="three in a ring"),
        pytest.param(
            {"a": {"b", "c"}, "b": {"a"}, "c": {"d"}, "d": {"c"}}, [["c", "d"], ["a", "b"]], id="one behind another"
        ),
        pytest.param({"a": {"elsewhere"}}, [], id="a place that has no arrows"),
    ],
)
def test_circles(arrows: dict[str, set[str]], expected: list[list[str]]) -> None:
    assert circles(arrows) == expected


@pytest.mark.parametrize(
    ("file", "text", "names"),
    [
        pytest.param("__init__.py", "x = 1\n", 0, id="none"),
        pytest.param("__init__.py", '__all__ = ["read", "verify"]\n', 2, id="in a list"),
        pytest.param("__init__.pyi", "from .a import b as b, c as c\nfrom .d import e\n", 2, id="in a stub"),
        pytest.param("__init__.pyi", '__all__: list[str] = ["a"]\nfrom .d import e\n', 1, id="in a list in a stub"),
    ],
)
def test_the_names_of_the_face(file: str, text: str, names: int, checkout: Path) -> None:
    (checkout / "src/preserve" / file).write_text(text, encoding="utf-8")
    assert count_face(checkout) == names


def test_the_figures(checkout: Path) -> None:
    assert figures(checkout) == {
        "lines": str(sum(len(text.splitlines()) for text in HOUSE.values())),
        "modules": "8",
        "median, 90th percentile and largest module": "3, 6, 10 (kitchen.stove)",
        "rooms": "5",
        # kitchen -> cellar, kitchen -> larder, hall -> larder, larder -> hall
        "arrows between rooms": "4",
        "circles of rooms": "1",
        "circles of modules": "1",
        "names in the face of the library": "0",
        "public classes that share a name": "1",
        "lines with a comment": "3.8%",
        "typed functions": "50%",
        "public names with a docstring": "17%",
        "lines of tests": "2",
    }


def test_several_checkouts_stand_side_by_side(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(checkout), str(checkout)]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[-2:] for row in rows if row.startswith("modules ")] == [["8", "8"]]


def test_where_there_is_no_package_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no package here"):
        read_modules(tmp_path)


def test_every_module_of_ours_can_be_read() -> None:
    modules = read_modules(Path(__file__).parents[2])
    assert isinstance(modules["findings"].tree, ast.Module)
    assert "bag" in {module.room for module in modules.values()}
