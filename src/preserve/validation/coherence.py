"""Whether a valid record is true of its own text: digests, the partition by segments, offsets, the targets of marks.

No schema can check these, and a hand that corrects a text forgets them. Whether a record is true of its source, only
reading the source again can show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from preserve.digests import sha256
from preserve.findings import Finding

__all__ = ["check_coherence"]


def check_coherence(record: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield each place where a record contradicts itself.

    Args:
        record: JSON that meets the schema of its version.
    """
    for part in ("header", "body"):
        if part in record:
            yield from _text(f"/{part}", record[part], record)
    length = len(record["body"]["text"])
    for name in ("paragraphs", "sections"):
        for number, each in enumerate(record["body"][name]):
            yield from _stretch(f"/body/{name}/{number}", each["start"], each["end"], length)
    for number, (start, end) in enumerate(record["redaction"]["spans"]):
        yield from _stretch(f"/redaction/spans/{number}", start, end, length)


def _text(where: str, part: Mapping[str, Any], record: Mapping[str, Any]) -> Iterator[Finding]:
    text: str = part["text"]
    computed = sha256(text.encode("utf-8"))
    if part["sha256"] != computed:
        yield Finding.of("record-digest", f"{where}/sha256", f"the text has {computed}")
    yield from _partition(f"{where}/segments", part["segments"], len(text))
    for number, mark in enumerate(part["marks"]):
        place = f"{where}/marks/{number}"
        yield from _stretch(place, mark["start"], mark["end"], len(text))
        if "target" in mark and not _has(record, mark["target"]):
            yield Finding.of("record-target", f"{place}/target", f"the record has nothing at {mark['target']}")


def _partition(where: str, segments: list[Mapping[str, Any]], length: int) -> Iterator[Finding]:
    at = 0
    for number, segment in enumerate(segments):
        if segment["start"] != at or segment["end"] <= at:
            says = f"from {segment['start']} to {segment['end']}, after a segment that ends at {at}"
            yield Finding.of("record-offset", f"{where}/{number}", says)
        at = segment["end"]
    if at != length:
        yield Finding.of("record-offset", where, f"the segments end at {at}, the text at {length}")


def _stretch(where: str, start: int, end: int, length: int) -> Iterator[Finding]:
    if not start <= end <= length:
        yield Finding.of("record-offset", where, f"from {start} to {end}, in a text of {length} characters")


def _has(record: Mapping[str, Any], target: str) -> bool:
    value: Any = record
    for step in target.split("/")[1:]:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return False
    return True
