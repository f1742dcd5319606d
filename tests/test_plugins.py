"""Plug-ins: found by name, loaded on demand, and told apart when they are missing or broken."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from preserve import plugins
from preserve.errors import UsageError

GROUP = "preserve.test_group"


@pytest.fixture
def registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install, as far as the import system can tell, a package with three entry points."""
    (tmp_path / "ruritania_plugin.py").write_text("class Reader:\n    name = 'good'\n")
    metadata = tmp_path / "ruritania_plugin-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: ruritania-plugin\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        f"[{GROUP}]\ngood = ruritania_plugin:Reader\n"
        "absent = ruritania_none:Reader\nbroken = ruritania_plugin:Missing\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    _forget()
    yield
    sys.modules.pop("ruritania_plugin", None)
    _forget()


def _forget() -> None:
    plugins.plugin_names.cache_clear()
    plugins.load_plugin.cache_clear()


@pytest.mark.usefixtures("registered")
def test_names_are_sorted_and_an_object_is_loaded() -> None:
    assert plugins.plugin_names(GROUP) == ("absent", "broken", "good")
    assert getattr(plugins.load_plugin(GROUP, "good"), "name", None) == "good"


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("name", ["absent", "broken"])
def test_a_plug_in_that_cannot_be_imported_says_so(name: str) -> None:
    with pytest.raises(UsageError, match=f"the plug-in '{name}' .* could not be loaded"):
        plugins.load_plugin(GROUP, name)


@pytest.mark.usefixtures("registered")
def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="no test_group entry named 'none'") as raised:
        plugins.load_plugin(GROUP, "none")
    assert raised.value.hint == "Registered: absent, broken, good."


def test_an_empty_group_has_no_names() -> None:
    assert plugins.plugin_names("preserve.nobody") == ()
    with pytest.raises(UsageError, match="Registered: none"):
        plugins.load_plugin("preserve.nobody", "x")


def test_our_own_are_registered_like_any_other() -> None:
    assert "cablebrowser" in plugins.plugin_names("preserve.readers")
    assert "directory" in plugins.plugin_names("preserve.depositors")
