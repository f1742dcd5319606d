"""Texts of strangers as one printable line: file names and texts hold what acts on terminals and breaks lines."""

from __future__ import annotations

__all__ = ["printable_text"]


def printable_text(text: str) -> str:
    r"""Return a text with escapes for all that does not print: ``\x1b``, ``\n``, ``\u202e``.

    Python calls unprintable what Unicode has as control, format, surrogate, private, unassigned or separator, except
    the blank: so also line breaks, the controls of C1, and those that turn the direction of writing.
    """
    return text if text.isprintable() else "".join([char if char.isprintable() else _escape(char) for char in text])


def _escape(char: str) -> str:
    if "\udc80" <= char <= "\udcff":  # a byte that is no UTF-8, as Python keeps it (PEP 383)
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")
