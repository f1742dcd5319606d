"""Calls the command as a user would: as a process of its own.

It is started each time with ``--all``; else it is a fork of a process that has imported it, which takes a tenth of the
time: see ``fork_server.py``.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from tests import selection

ROOT = Path(__file__).resolve().parents[2]

EPOCH = "1790000000"
VERBS = (
    "init",
    "inspect",
    "compare",
    "pack",
    "ingest",
    "list",
    "show",
    "events",
    "verify",
    "audit",
    "deposit",
    "bag make",
    "bag info",
    "bag list",
    "bag extract",
    "bag convert",
    "bag index",
    "get",
    "export metadata",
    "export cmif",
    "catalogue rebuild",
    "schema list",
    "schema show",
    "validate",
    "formats",
)


def environment(**more: str) -> dict[str, str]:
    """The environment of a user who has set nothing, at a fixed time."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PRESERVE_")}
    return kept | {"SOURCE_DATE_EPOCH": EPOCH, "LC_ALL": "C.UTF-8", "COLUMNS": "100"} | more


def program() -> list[str]:
    """Return the words with which the command is started."""
    # Who has laid its rights down for a while does not get those of the server.
    if selection.runs_all() or os.geteuid() != os.getuid():
        return [sys.executable, "-m", "preserve"]
    return [sys.executable, "-IS", str(ROOT / "tests/cli/fork_client.py"), str(_fork_server())]


@cache
def _fork_server() -> Path:
    """Start the server whose forks are the command; it ends with this process."""
    place = tempfile.TemporaryDirectory(prefix="preserve-")
    path = Path(place.name, "socket")
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.cli.fork_server", str(path)],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"

    def end() -> None:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        place.cleanup()

    atexit.register(end)
    return path


def preserve(*arguments: str | Path, cwd: Path, stdin: bytes = b"", **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command and return what it printed and its exit code."""
    return subprocess.run(
        [*program(), *map(str, arguments)],
        cwd=cwd,
        env=environment(**more),
        input=stdin.decode("utf-8", "surrogateescape"),
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
    )


def json_lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """The objects that a run with ``--json`` printed."""
    return [json.loads(line) for line in done.stdout.splitlines()]
