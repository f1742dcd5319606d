"""Characters that carry no word: the table by which a change of typography is told from a change of words.

Every character here may come, go, or turn into another of its row, and the words stay the same. Parentheses, slashes,
question and exclamation marks, percent, currency and all other signs are not here: ``(C)``, ``S/NF`` and ``?`` say
something. Between two digits none is passed over, as ``1.5`` is not ``15``; nor is a dash that may be a minus sign.
Letters are not here: ``e`` for ``é`` makes another word, and so does upper case for lower case.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["PLAIN"]

_ROWS: tuple[tuple[str, str], ...] = (
    # Straight, curly, low, reversed and angle quotation marks, primes, accents used as quotation marks; and the same
    # of Windows-1252 read as Latin-1 (0x91-0x94).
    ("'", "'‘’‚‛‹›`´ʼ′\x91\x92\x82"),
    ('"', '"“”„‟«»″\x93\x94\x84'),
    # Hyphens of all widths, dashes, the minus sign, the soft hyphen: rules over headings are made of any of them. With
    # 0x96 and 0x97 of Windows-1252.
    ("-", "-‐‑‒–—―−\xad\x96\x97"),
    # "TAGS: PREL ECON" and "TAGS PREL, ECON,"; "E.O. 12958:" and "EO 12958": seen from release to release.
    (",", ","),
    (":", ":"),
    (";", ";"),
    (".", ".…"),
    # The pilcrow that a site set before paragraphs (and years); what is left of it after a wrong decoding; bullets.
    ("¶", "¶•·\ufffd\x95"),
    # Characters without width: joiners, byte order marks.
    ("", "\u200b\u200c\u200d\u2060\ufeff"),
)

PLAIN: Mapping[str, str] = {each: plain for plain, row in _ROWS for each in row}
"""Each character to the plain one of its row, as which it is compared where it is not passed over."""
