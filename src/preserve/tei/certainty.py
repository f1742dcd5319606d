"""How a document says who claims a thing, and how sure that is (TEI P5 att.global.responsibility, att.editLike).

There is one value of the attributes ``@resp``, ``@cert`` and ``@evidence`` for each way in which we come to know. What
the text of the cable states has none of them. TEI gives ``<ref>``, ``<term>``, ``<bibl>`` and ``<note>`` no
``@evidence``; their ``@resp`` says who claims it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from preserve.cable import Basis

__all__ = [
    "AUTHORITY",
    "AUTO_INSERTED",
    "BY_BASIS",
    "BY_RELEASE_BASIS",
    "BY_RELIABILITY",
    "CAPTURE",
    "INFERRED",
    "IN_THE_TEXT",
    "LEFT_BY_A_SITE",
    "ORIGINAL",
    "PACKAGER",
    "RELEASE",
    "SEEN_IN_THE_TEXT",
]

CAPTURE = "src-capture"
RELEASE = "src-release"
ORIGINAL = "src-original"
PACKAGER = "packager"
AUTHORITY = "authority"

INFERRED = f' cert="medium" resp="#{PACKAGER}"'
"""A rule of the software concludes it from what is stated."""

SEEN_IN_THE_TEXT = ' cert="medium" evidence="internal"'
"""The look of the text shows it; nobody says it in words."""

AUTO_INSERTED = f' resp="#{PACKAGER}" cert="high" evidence="internal"'
"""A caption that software inserted: the sentence around it goes on as if it were not there."""

LEFT_BY_A_SITE = f' resp="#{PACKAGER}" cert="high" evidence="external"'
"""What a database, a newspaper or a site left in the text, as we know from many of its pages."""

IN_THE_TEXT = ' cert="high" evidence="internal"'
"""Words of the source imply it: the name of an office its place, a date-time group its time."""

BY_BASIS: Mapping[Basis, str] = {
    Basis.STATED: "",
    Basis.TABLE: f' resp="#{CAPTURE}"',
    Basis.INFERRED_YEAR: INFERRED,
    Basis.INFERRED: INFERRED,
}
"""The attributes of a value by what it rests on; none when the text of the cable states it."""

BY_RELEASE_BASIS: Mapping[Literal["page", "path", "flag"], str] = {
    "page": f' resp="#{CAPTURE}"',
    "path": INFERRED,
    "flag": f' resp="#{AUTHORITY}"',
}
"""Who says that the source is of a release: the page; the path of the source; the institution that packaged it."""

BY_RELIABILITY: Mapping[Literal["stated", "dtg-confirmed", "dateline-confirmed", "minutes-unreliable"], str] = {
    "stated": "",
    "dtg-confirmed": IN_THE_TEXT,
    "dateline-confirmed": IN_THE_TEXT,
    "minutes-unreliable": ' cert="medium" evidence="external"',
}
"""What a time of creation rests on: the page, the text of the cable, or what we know of pages of its kind."""
