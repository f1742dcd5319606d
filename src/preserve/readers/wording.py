"""Words from elsewhere in our messages and records: names that anybody may have chosen, and errors of libraries."""

from __future__ import annotations

from preserve.printable_text import printable_text as printable_name

__all__ = ["error_words", "printable_name"]


def error_words(error: Exception) -> str:
    """Return what an error of the system or of a library says, in a few printable words."""
    if isinstance(error, OSError) and error.strerror:
        return printable_name(error.strerror)
    # The words of libraries often say nothing without the name: "5", of a KeyError.
    words = printable_name(" ".join(str(error).split()))
    return f"{type(error).__name__}: {words[:100]}" if words else type(error).__name__
