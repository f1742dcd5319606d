"""Measures how much memory Python holds, and stops measuring whatever happens: what is measured runs far slower."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["Memory", "measured_memory"]


@dataclass
class Memory:
    """The most that was held at once.

    Attributes:
        peak: In bytes; known at the end of the block.
    """

    peak: int = 0


@contextmanager
def measured_memory() -> Iterator[Memory]:
    """Measure what a block takes beyond what is held before it."""
    memory = Memory()
    tracemalloc.start()
    try:
        yield memory
        memory.peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
