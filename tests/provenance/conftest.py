"""Golden files of this room: compared byte for byte, rewritten with ``--accept-golden``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden" / "provenance"


@pytest.fixture
def golden(accept_golden: bool) -> Callable[[str, bytes], None]:
    """Compare bytes with a golden file."""

    def compare(name: str, data: bytes) -> None:
        path = GOLDEN / name
        if accept_golden:
            path.write_bytes(data)
        assert data.decode("utf-8").splitlines() == path.read_bytes().decode("utf-8").splitlines()
        assert data == path.read_bytes()

    return compare
