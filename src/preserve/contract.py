"""The contract files under ``schemas/``: found beside the sources in a checkout, inside the package in a wheel.

Scope: names and bytes of the schemas, profiles and tables that people and programs read for decades. Not in scope:
what they say; ``cable.schema``, ``tei.validate``, ``provenance.premis`` and ``bag.profile`` know that.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

__all__ = ["contract_bytes", "contract_names", "format_specification"]

_SPECIFICATION = "archive-README.md"


@lru_cache(maxsize=1)
def _place() -> Path:
    shipped = Path(str(files("preserve"))) / "_schemas"
    return shipped if shipped.is_dir() else Path(__file__).resolve().parents[2] / "schemas"


def contract_bytes(name: str) -> bytes:
    """Return the bytes of one contract file.

    Args:
        name: The path below ``schemas/``, as ``"cable-record-1.0.0.schema.json"``.

    Raises:
        FileNotFoundError: There is no contract file of that name.
    """
    return (_place() / name).read_bytes()


def contract_names() -> tuple[str, ...]:
    """Return the path of every contract file below ``schemas/``, sorted."""
    place = _place()
    names = {path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()}
    return tuple(sorted(names - {_SPECIFICATION}))


def format_specification() -> bytes:
    """Return the specification of an archive on disk, ``archive/README.md``: each archive holds a copy.

    Raises:
        FileNotFoundError: The installation lacks it.
    """
    shipped = _place() / _SPECIFICATION
    return (shipped if shipped.exists() else _place().parent / "archive" / "README.md").read_bytes()
