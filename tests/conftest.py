"""Fixtures for every room: where the real samples and the conformance suite are, if anywhere."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept-golden",
        action="store_true",
        help="rewrite the golden files with what the code gives now; review the difference before committing it",
    )


def pytest_configure() -> None:
    # Who runs the tests in the background of a shell gives them, and the commands that they interrupt, a deaf ear.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


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
