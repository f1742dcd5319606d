"""Sinks: what they refuse to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.bag.limits import Limits
from preserve.bag.model import Form
from preserve.bag.writing.sinks import open_sink
from preserve.errors import ArchiveError


def test_a_tar_that_no_reader_would_take_is_not_written(tmp_path: Path) -> None:
    """What shrinks to nothing, as a sparse file, looks to readers as if it was made to exhaust them."""
    zeros = [bytes(1 << 20)] * 64
    sink = open_sink(Form.TAR_ZST, tmp_path / "bag.tar.zst", "bag", Limits(free_expansion=1 << 20))
    with pytest.raises(ArchiveError, match="less than 1/200") as told:
        sink.add_stream("data/sparse", 64 << 20, zeros)
    assert "--form tar" in told.value.hint
    sink.discard()
    assert list(tmp_path.iterdir()) == []
    open_sink(Form.TAR, tmp_path / "bag.tar", "bag", Limits(free_expansion=1 << 20)).add_stream("x", 64 << 20, zeros)
