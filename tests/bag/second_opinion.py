"""bagit-python as the second opinion."""

from __future__ import annotations

import logging
from pathlib import Path

import bagit


def opinion(path: Path) -> str:
    """What bagit-python says of a folder: ``valid``, ``invalid``, or ``exception`` when one of another kind escapes."""
    logging.disable(logging.CRITICAL)
    try:
        return "valid" if bagit.Bag(str(path)).validate(processes=1) else "invalid"
    except bagit.BagError:
        return "invalid"
    except Exception:  # whatever escapes from it is the opinion that we note
        return "exception"
    finally:
        logging.disable(logging.NOTSET)


def bagit_python_accepts(path: Path) -> bool:
    """Whether bagit-python calls a folder valid."""
    return opinion(path) == "valid"
