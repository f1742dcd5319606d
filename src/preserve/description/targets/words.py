"""Words of controlled lists that several targets share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from preserve.cable import Access

__all__ = ["ACCESS_RIGHTS", "GENRE", "TAGS", "AccessRight"]

GENRE: Final = "Telegram"
TAGS: Final = "TAGS"
"""The scheme of the keywords: Traffic Analysis by Geography and Subject, Department of State."""


@dataclass(frozen=True, slots=True)
class AccessRight:
    """An access right.

    Attributes:
        label: Its name in the COAR Access Rights vocabulary.
        uri: Its address there.
        eu_repo: Its name in the OpenAIRE guidelines (info:eu-repo).
    """

    label: str
    uri: str
    eu_repo: str


def _right(label: str, code: str, eu_repo: str) -> AccessRight:
    return AccessRight(label, f"http://purl.org/coar/access_right/{code}", f"info:eu-repo/semantics/{eu_repo}")


ACCESS_RIGHTS: Final[Mapping[Access, AccessRight]] = {
    "open": _right("open access", "c_abf2", "openAccess"),
    "restricted": _right("restricted access", "c_16ec", "restrictedAccess"),
    "embargoed": _right("embargoed access", "c_f1cf", "embargoedAccess"),
    "metadata-only": _right("metadata only access", "c_14cb", "closedAccess"),
}
"""The access right of each access decision, in the lists that aggregators know."""
