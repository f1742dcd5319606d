"""``kill -9`` of the process that gives the tasks: no worker, fork server or resource tracker is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.command import environment

PATIENCE = 300
"""Seconds; what ends does so in a moment, on a machine of any speed."""

# Each item says that it is under way, then goes on for longer than any test.
PARENT = """
from tests.fault.test_engine_kill import work
from preserve.engine import map_batches
list(map_batches(work, {items}, jobs=2, batch=2))
"""

WAITING = ["wait", "wait", "wait", "wait"]
BUSY = ["count", "count", "count", "count"]
DEADLY = ["die", "wait", "die", "wait"]
"""The first item kills its worker, so that the second is done by a pool for one item at a time."""


def work(item: str) -> None:
    if item == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    os.write(1, b"!")
    if item == "count":
        sum(iter(int, 1))  # in C, without giving any other thread its turn
    time.sleep(PATIENCE * 10)


@pytest.mark.parametrize(("items", "begun"), [(WAITING, 2), (BUSY, 2), (DEADLY, 1)], ids=["waiting", "busy", "alone"])
def test_all_that_a_killed_parent_had_started_ends_by_itself(items: list[str], begun: int) -> None:
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(items=items)],
        env=environment(PYTHONPATH=path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert parent.stdout is not None
    assert parent.stdout.read(begun) == b"!" * begun
    parent.kill()
    try:
        # All of them have stderr from their parent: its end comes when the last of them has ended.
        parent.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(parent.pid, signal.SIGKILL)
        raise
