"""Trees of any files, written and compared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hypothesis import strategies as st

__all__ = ["grow", "names", "tree", "trees"]

Tree = Mapping[str, "bytes | None"]

# Any characters that a disk of ours takes, but for names that are refused: tests of their own have those.
_characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0/")
names = (
    st.one_of(
        st.text(_characters, min_size=1, max_size=12), st.sampled_from(["a%0Ab", "a\nb", "%25", "x\r", "*a", "~b"])
    )
    .filter(lambda name: ".." not in name and name != "." and len(name.encode()) < 200)
    .map(lambda name: name)
)
_tree: st.SearchStrategy[object] = st.recursive(
    st.binary(max_size=600),
    lambda below: st.dictionaries(names, below, max_size=4),
    max_leaves=8,
)
trees = st.dictionaries(names, _tree, max_size=4)


def grow(root: Path, content: Mapping[str, object]) -> None:
    """Write a tree: octets are files, dictionaries folders."""
    root.mkdir()
    for name, below in content.items():
        if isinstance(below, dict):
            grow(root / name, below)
        else:
            assert isinstance(below, bytes)
            (root / name).write_bytes(below)


def tree(root: Path) -> dict[str, bytes | None]:
    """What lies below a folder: octets of files, ``None`` for folders."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None for path in root.rglob("*")
    }
