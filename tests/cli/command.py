"""Calls the command as a user would: as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

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


def preserve(*arguments: str | Path, cwd: Path, stdin: bytes = b"", **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command and return what it printed and its exit code."""
    return subprocess.run(
        [sys.executable, "-m", "preserve", *map(str, arguments)],
        cwd=cwd,
        env=environment(**more),
        input=stdin.decode("utf-8", "surrogateescape"),
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
        timeout=120,
    )


def json_lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """The objects that a run with ``--json`` printed."""
    return [json.loads(line) for line in done.stdout.splitlines()]
