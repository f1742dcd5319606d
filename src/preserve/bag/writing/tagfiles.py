"""The text of the tag files that we write: ``bag-info.txt`` and manifests, the same bytes for the same content.

What others write is read by ``reading.tagfiles``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from preserve.bag.reading import encode_path
from preserve.errors import UsageError

__all__ = ["INFO_ORDER", "canonical_value", "format_info", "format_manifest", "payload_counts", "sort_info"]

INFO_ORDER = (
    "Source-Organization",
    "Organization-Address",
    "Contact-Name",
    "Contact-Phone",
    "Contact-Email",
    "External-Description",
    "External-Identifier",
    "Bag-Group-Identifier",
    "Bagging-Date",
    "Payload-Oxum",
    "Bag-Size",
    "Bag-Count",
    "Bag-Software-Agent",
    "BagIt-Profile-Identifier",
    "Internal-Sender-Identifier",
    "Internal-Sender-Description",
    "Source-Release",
    "Source-Release-Date",
    "Source-SHA256",
    "Cable-Classification",
    "Cable-Redaction",
    "Cable-Completeness",
    "Access",
    "Rights-Statement",
)
"""The order in which we write the fields of ``bag-info.txt``; other labels follow, in the order given."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


def canonical_value(value: str) -> str:
    """Return the value that a reader gets when we write this one: LF as line break, no padding around its lines."""
    return "\n".join(line.strip(" \t") for line in _LINE_END.split(value)).strip(" \t\n")


def sort_info(info: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the fields in the order in which we write them; equal labels keep theirs."""
    rank = {label: number for number, label in enumerate(INFO_ORDER)}
    return tuple(sorted(info, key=lambda field: rank.get(field[0], len(rank))))


def format_info(info: Iterable[tuple[str, str]]) -> bytes:
    """Return the bytes of a ``bag-info.txt`` with these fields in this order.

    RFC 8493 2.2.2: a long value may be continued on the next line, which then begins with white space.
    """
    lines = (f"{label}: {canonical_value(value).replace(chr(10), chr(10) + ' ')}\n" for label, value in info)
    return "".join(lines).encode("utf-8")


def payload_counts(size: int, files: int) -> tuple[tuple[str, str], ...]:
    """Return the fields of ``bag-info.txt`` that count the payload (RFC 8493 2.2.2).

    Args:
        size: Its bytes.
        files: Its files.
    """
    return ("Payload-Oxum", f"{size}.{files}"), ("Bag-Size", _readable_size(size))


def _readable_size(size: int) -> str:
    # RFC 8493 2.2.2: "Bag-Size is intended for human consumption", and may be approximate. It counts the payload: a tag
    # file cannot state a size that includes its own.
    number, unit = float(size), 0
    while number >= 999.95 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{size} B" if not unit else f"{number:.1f} {_UNITS[unit]}"


def format_manifest(digests: Iterable[tuple[str, str]]) -> bytes:
    """Return the bytes of a manifest, one line for each file, sorted by path (RFC 8493 2.1.3).

    Args:
        digests: Path and lower-case hexadecimal digest of each file, in any order.

    Raises:
        UsageError: A path cannot be written in UTF-8.
    """
    try:
        return "".join(f"{digest}  {encode_path(path)}\n" for path, digest in sorted(digests)).encode("utf-8")
    except UnicodeEncodeError as error:
        raise UsageError(f"a path is not Unicode: {error.object!r}", hint="Rename the file.") from error
