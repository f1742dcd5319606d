"""Words from elsewhere in our messages and records: names that anybody may have chosen, and errors of libraries."""

from __future__ import annotations

__all__ = ["error_words", "printable_name"]


def printable_name(name: str) -> str:
    r"""Return a name as it can be printed and recorded; what is not printable is shown as ``\x1b``."""
    if name.isprintable():
        return name
    return "".join(char if char.isprintable() else _escaped(char) for char in name)


def _escaped(char: str) -> str:
    if "\udc80" <= char <= "\udcff":  # a byte that is no UTF-8, as Python keeps it (PEP 383)
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")


def error_words(error: Exception) -> str:
    """Return what an error of the system or of a library says, in a few printable words."""
    if isinstance(error, OSError) and error.strerror:
        return printable_name(error.strerror)
    # The words of libraries often say nothing without the name: "5", of a KeyError.
    words = printable_name(" ".join(str(error).split()))
    return f"{type(error).__name__}: {words[:100]}" if words else type(error).__name__
