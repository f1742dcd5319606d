"""When a cable was made: the page's own statement, and what the text says of its minutes."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from preserve.cable.record import Created
from preserve.cable.text import Flat
from preserve.cable.vocabulary import month_number

__all__ = ["find_dateline", "read_created"]

_DATELINE = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{1,2} [A-Z][a-z]{2,8} \d{4}, \d\d:\d\d(?![^ ])")


def find_dateline(flat: Flat) -> tuple[int, int] | None:
    """Return the range of the line that a newspaper put before the text: ``Wednesday, 29 November 2000, 13:59``."""
    match = _DATELINE.match(flat.text)
    return None if match is None else match.span()


def read_created(
    cell: str | None, *, minutes_unreliable: bool, sent: str | None, dateline: str | None
) -> Created | None:
    """Return when a cable was made; ``None`` when the page does not say so in a known form.

    Args:
        cell: The cell ``Created`` of the page, verbatim.
        minutes_unreliable: The page is of a kind whose minutes are false.
        sent: The moment of the date-time group.
        dateline: The line of a newspaper before the text.
    """
    moment = _moment(cell.strip()) if cell else None
    if moment is None or cell is None:
        return None
    value = moment.isoformat(timespec="seconds")
    # WikiLeaks pages until March 2011 at least print the hour again where the minutes should be (1,295 of 1,295 pages
    # measured). Day and hour are right, so what agrees in these tells the minutes. The date-time group comes first,
    # because it is the cable's own (day and hour agree on 1,201 of 1,203 pages); the dateline is a newspaper's.
    authorities: tuple[tuple[str, Literal["dtg-confirmed", "dateline-confirmed"]], ...] = (
        ((sent or "")[:19], "dtg-confirmed"),
        (_dateline_moment(dateline), "dateline-confirmed"),
    )
    for said, reliability in authorities:
        if said[:16] == value[:16]:
            return Created(text=cell, value=value, reliability=reliability)
        if minutes_unreliable and said[:13] == value[:13]:
            return Created(text=cell, value=said, reliability=reliability)
    return Created(text=cell, value=value, reliability="minutes-unreliable" if minutes_unreliable else "stated")


_CREATED = re.compile(r"[12]\d{3}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?", re.ASCII)
# As the rows of cables.csv have it, the month first: 11/18/2005 9:08.
_CREATED_US = re.compile(r"(\d{1,2})/(\d{1,2})/([12]\d{3}) (\d{1,2}):(\d\d)", re.ASCII)


def _moment(text: str) -> datetime | None:
    """Return the moment that a page states; it has no zone, because pages state none."""
    try:
        if _CREATED.fullmatch(text):
            return datetime.fromisoformat(text)
        if (match := _CREATED_US.fullmatch(text)) is not None:
            month, day, year, hour, minute = map(int, match.groups())
            return datetime(year, month, day, hour, minute)
    except ValueError:
        return None
    return None


def _dateline_moment(dateline: str | None) -> str:
    """Return the moment that a newspaper's dateline states; empty when no calendar has it."""
    if dateline is None:
        return ""
    day, month, year, time = dateline.split(", ", 1)[1].replace(",", "").split(" ")
    try:
        moment = datetime.fromisoformat(f"{year}-{month_number(month) or 0:02}-{int(day):02}T{time}")
    except ValueError:
        return ""
    return moment.isoformat(timespec="seconds")
