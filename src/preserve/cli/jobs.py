"""How many worker processes a verb has."""

from __future__ import annotations

from typing import Annotated

import typer

from preserve.engine import cores

__all__ = ["JobsFlag", "workers"]

JobsFlag = Annotated[
    int, typer.Option("--jobs", "-j", min=0, metavar="N", help="Worker processes; 0 for one per processor.")
]


def workers(jobs: int) -> int:
    """Return how many worker processes ``--jobs`` means."""
    return jobs or cores()
