"""The browser of these tests: one process for all of them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from tests.browser.chromium import Browser, found, running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = found()
    if program is None:
        reason = "no browser of the Chromium family is on the path"
        if os.environ.get("CI") == "true":
            pytest.fail(f"in CI this test must run: {reason}")
        pytest.skip(reason)
    with running(program) as started:
        yield started
