"""How the time of some work grows with the size of its input, on any machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

__all__ = ["growth"]

Made = TypeVar("Made")


def growth(make: Callable[[int], Made], work: Callable[[Made], object], size: int) -> float:
    """Return by what the processor time is multiplied when the size is: four for linear work, sixteen for a square.

    The fastest of three runs counts. The size must be large enough for the work to take some hundredths of a second.
    """
    small, large = (min(_seconds(work, made) for _ in range(3)) for made in (make(size), make(4 * size)))
    return large / small


def _seconds(work: Callable[[Made], object], made: Made) -> float:
    start = time.process_time()
    work(made)
    return time.process_time() - start
