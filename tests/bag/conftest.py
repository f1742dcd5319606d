"""Fixtures of the bag room."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOBODY = 65534


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that anybody can enter, unlike pytest's own."""
    place = Path(tempfile.mkdtemp(prefix="preserve-"))
    place.chmod(0o755)
    yield place
    for folder, folders, _files in os.walk(place):
        for name in folders:
            if not Path(folder, name).is_symlink():
                Path(folder, name).chmod(0o755)
    shutil.rmtree(place)


@contextmanager
def without_rights() -> Iterator[None]:
    """Run as a user without rights, when we are root; rights bind anybody else anyway."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
