from __future__ import annotations

from pathlib import Path

from tests.archive.making import staged

from preserve.archive.cable_entry import CableEntry
from preserve.archive.model import source_key
from preserve.bag.writing.stage import Stage


def test_the_source_key_is_that_of_the_set_of_sources(tmp_path: Path) -> None:
    one, two = (CableEntry(identifier=name, source_sha256=name * 64, text_sha256="t") for name in "ab")
    assert source_key((one,)) == "a" * 64
    assert source_key((one, two)) == source_key((two, one)) not in {"a" * 64, "b" * 64}
    with Stage(tmp_path) as stage:
        several = staged(stage.path, "group", identifiers=["07STRELSAU1", "08ZENDA2"])
        assert several.location(3).path == "bags/_several/2007/group/v3"
