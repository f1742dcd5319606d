"""What holds for all tests: the part that runs, the settings of Hypothesis, ids that can be read, and fixtures."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager, contextmanager
from enum import Enum
from pathlib import Path, PurePath
from types import NoneType
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from tests import selection
from tests.selection import LongTest

LEFT = pytest.StashKey[int]()
"""How many tests were left to ``make test-all``."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept-golden",
        action="store_true",
        help="rewrite the golden files with what the code gives now; review the difference before committing it",
    )
    parser.addoption(
        "--all", action="store_true", help="run every test, where some run in part: see tests/selection.py"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long(*names, share=0): run in part unless with --all: see tests/selection.py")
    everything = bool(config.getoption("--all"))
    selection.select(everything=everything)
    settings.register_profile(
        "preserve",
        max_examples=selection.part(100),
        # How long an example takes says more of the machine than of the code.
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=not everything or os.environ.get("CI") == "true",
        print_blob=True,
    )
    settings.load_profile("preserve")
    # Who runs the tests in the background of a shell gives them, and the commands that they interrupt, a deaf ear.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a value by what it is, where pytest would number it."""
    if isinstance(val, int | float | NoneType) and not isinstance(val, Enum):
        return f"{argname}={val}"
    said = _said(val)
    if said is None:
        return None
    said = said[:200].encode("unicode_escape").decode("ascii")
    return said if len(said) <= 80 else f"{said[:77]}..."


def _said(value: object) -> str | None:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bytes):
        return value[:100].decode("ascii", "backslashreplace")
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, int | float | NoneType | PurePath):
        return str(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{_said(key)}={_said(each)}" for key, each in value.items()) or "nothing"
    if isinstance(value, Set):
        # Each worker of pytest-xdist has an order of its own for a set.
        return ", ".join(sorted(str(_said(each)) for each in value)) or "nothing"
    if isinstance(value, Sequence):
        return ", ".join(str(_said(each)) for each in value) or "nothing"
    name = getattr(value, "name", getattr(value, "__name__", None))
    return name if isinstance(name, str) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is long, but never a test that was asked for by its name."""
    if selection.runs_all() or any("::" in argument for argument in config.args):
        return
    long = [test for test in map(_long_test, items) if test is not None]
    left = {test.name for test in long} - selection.choose(long)
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in left])
    items[:] = [item for item in items if item.nodeid not in left]
    config.stash[LEFT] = len(left)
    if hasattr(config, "workeroutput"):
        config.workeroutput["left"] = len(left)


def _long_test(item: pytest.Item) -> LongTest | None:
    mark = item.get_closest_marker("long")
    if mark is None or not isinstance(item, pytest.Function):
        return None
    values = (str(item.callspec.params[name]) for name in mark.args)
    return LongTest(item.nodeid, (item.nodeid.partition("[")[0], *values), mark.kwargs.get("share", 0.0))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear from a worker of pytest-xdist, which collects for itself, what it left out; each leaves the same."""
    if "left" in getattr(node, "workeroutput", {}):
        node.config.stash[LEFT] = node.workeroutput["left"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not selection.runs_all():
        terminalreporter.write_line(
            f"{config.stash.get(LEFT, 0)} tests were left to make test-all, and three of four examples of a property"
        )


def _place(variable: str) -> Path:
    value = os.environ.get(variable, "")
    if value and Path(value).is_dir():
        return Path(value)
    reason = f"{variable} names no folder (it is {value!r})"
    if os.environ.get("CI") == "true":
        pytest.fail(f"in CI this test must run: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real captured pages, which the repository does not hold."""
    return _place("PRESERVE_SAMPLES")


@pytest.fixture(scope="session")
def bagit_suite() -> Path:
    """The folder of the Library of Congress BagIt conformance suite."""
    return _place("PRESERVE_BAGIT_SUITE")


@pytest.fixture
def accept_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be rewritten."""
    return bool(request.config.getoption("--accept-golden"))


@contextmanager
def _unprivileged() -> Iterator[None]:
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def unprivileged() -> Callable[[], AbstractContextManager[None]]:
    """A context in which permissions hold, also for tests that root runs."""
    return _unprivileged


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
