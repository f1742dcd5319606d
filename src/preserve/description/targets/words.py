"""The words of controlled lists that several targets share.

Scope: access rights (COAR Access Rights vocabulary; info:eu-repo of OpenAIRE), copyright status. Not in scope: what
one target alone says.
"""

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
        label: As COAR names it.
        uri: Its address in the COAR vocabulary.
        eu_repo: As the OpenAIRE guidelines name it.
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
"""What each access decision is in the lists that aggregators know."""
