from __future__ import annotations

from pathlib import Path

import pytest

from preserve.deposit import depositor_for
from preserve.errors import UsageError


@pytest.mark.parametrize(
    ("target", "folder"),
    [
        ("/mnt/copies", "/mnt/copies"),
        ("directory:/mnt/copies", "/mnt/copies"),
        ("file:///mnt/copies", "/mnt/copies"),
        ("file:/mnt/copies", "/mnt/copies"),
        ("file://localhost/mnt/my%20copies", "/mnt/my copies"),
    ],
)
def test_a_target_names_its_depositor(target: str, folder: str) -> None:
    assert depositor_for(target).target == f"directory:{folder}"


def test_a_relative_path_is_of_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert depositor_for("copies").target == f"directory:{tmp_path / 'copies'}"
    assert depositor_for("./s3:x").target == f"directory:{tmp_path / 's3:x'}"
    (tmp_path / "s3:x").mkdir()
    assert depositor_for("s3:x").target == f"directory:{tmp_path / 's3:x'}"


@pytest.mark.parametrize("target", ["", "s3:bucket", "https://example.org/", "file://host/x", "nowhere:"])
def test_a_target_that_nobody_serves_is_refused(target: str) -> None:
    with pytest.raises(UsageError):
        depositor_for(target)
