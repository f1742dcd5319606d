"""What ``verify`` and the verbs below ``bag`` say."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from preserve.bag import printable
from preserve.report.words import (
    Line,
    error_line,
    finding_lines,
    finding_texts,
    number_of,
    without_none,
)

if TYPE_CHECKING:
    from preserve.bag import BagReport, BagSummary, Converted, Extracted, ListedFile, Made, PartialReport, WrittenBag
    from preserve.errors import PreserveError

__all__ = [
    "bag_convert_line",
    "bag_convert_text",
    "bag_extract_line",
    "bag_extract_text",
    "bag_index_line",
    "bag_index_text",
    "bag_info_line",
    "bag_info_text",
    "bag_list_line",
    "bag_list_text",
    "bag_make_line",
    "bag_make_text",
    "verify_error_line",
    "verify_line",
    "verify_part_line",
    "verify_part_text",
    "verify_text",
]

_MOST_LEFT_OUT = 20
"""Names left out that the text for people lists; a line lists all."""


# --- verify ---


def verify_line(named: str, report: BagReport) -> Line:
    """Return the line of ``verify`` for one bag."""
    return without_none(
        {
            "bag": named,
            "verdict": report.verdict.value,
            "version": report.bagit_version,
            "depth": report.depth.value,
            "form": report.form.value,
            "files": report.files,
            "bytes": report.bytes,
            "seal": report.seal,
            "findings": finding_lines(report.findings),
        }
    )


def verify_text(named: str, report: BagReport) -> list[str]:
    """Return the verdict on one bag, and below it every finding."""
    size = _size(report.files, report.bytes)
    head = f"{report.verdict.value:<10}  {named}  ({report.form.value}, {report.depth.value}, {size})"
    return [head, *finding_texts(report.findings)]


def verify_part_line(named: str, report: PartialReport) -> Line:
    """Return the line of ``verify`` for some files of one bag."""
    return {
        "bag": named,
        "outcome": report.verdict.value,
        "by": "index" if report.by_index else "manifests",
        "form": report.form.value,
        "checked": report.checked,
        "of": report.files,
        "bytes": report.bytes,
        "findings": finding_lines(report.findings),
    }


def verify_part_text(named: str, report: PartialReport) -> list[str]:
    """Return the verdict on some files of one bag, and below it every finding: it is no verdict on the bag."""
    by = "by its index" if report.by_index else "by its manifests"
    of = f"{report.checked:,} of {number_of(report.files, 'file')} checked"
    size = number_of(report.bytes, "byte")
    head = f"{of}: {report.verdict.value}  {named}  ({report.form.value}, {by}, {size})"
    return [head, *finding_texts(report.findings)]


def verify_error_line(named: str, error: PreserveError) -> Line:
    """Return the line of ``verify`` for what could not be looked at."""
    return error_line(error, bag=named)


# --- bag ---


def bag_make_line(sources: Iterable[str], what: Made) -> Line:
    """Return the line of ``bag make``."""
    gathered = what.gathered
    line: Line = {"sources": list(sources), "outcome": "made" if what.bag else "refused"}
    if what.bag is not None:
        line |= _bag(what.bag)
    return line | {
        "hidden": gathered.hidden,
        "left_out": [printable(path) for path in gathered.left_out],
        "findings": finding_lines(what.findings),
    }


def bag_make_text(sources: str, what: Made) -> list[str]:
    """Return what became of some files, which names were left out, and every finding."""
    gathered = what.gathered
    notes = []
    if what.bag is not None and gathered.hidden:
        notes.append(f"  {number_of(gathered.hidden, 'hidden name')} taken in")
    if gathered.left_out:
        notes.append(f"  left out: {number_of(len(gathered.left_out), 'name')}")
        notes += [f"    {printable(path)}" for path in gathered.left_out[:_MOST_LEFT_OUT]]
        notes += ["    ..."] if len(gathered.left_out) > _MOST_LEFT_OUT else []
    return [*_written("made", sources, what.bag), *notes, *finding_texts(what.findings)]


def bag_info_line(named: str, what: BagSummary) -> Line:
    """Return the line of ``bag info``."""
    return without_none(
        {
            "bag": named,
            "name": printable(what.name),
            "form": what.form.value,
            "version": what.version,
            "files": what.files,
            "bytes": what.bytes,
            "tag_files": what.tag_files,
            "algorithms": list(what.algorithms),
            "tag_algorithms": list(what.tag_algorithms),
            "to_fetch": what.to_fetch,
            "seal": what.seal,
            "info": [{"label": label, "value": value} for label, value in what.info],
        }
    )


def bag_info_text(named: str, what: BagSummary) -> list[str]:
    """Return what a bag says of itself."""
    rows = [
        ("Name", printable(what.name)),
        ("Form", what.form.value),
        ("BagIt", what.version or "no version declared"),
        ("Payload", _size(what.files, what.bytes)),
        ("Tag files", f"{what.tag_files:,}"),
        ("Manifests", ", ".join(what.algorithms) or "none"),
        ("Tag manifests", ", ".join(what.tag_algorithms) or "none"),
        ("Seal", what.seal or "none: there is no tag manifest"),
    ]
    if what.to_fetch:
        rows.append(("To fetch", number_of(what.to_fetch, "file")))
    fields = [line for label, value in what.info for line in _field(label, value)]
    head = ["  bag-info.txt" + ("" if fields else ": no fields")]
    return [named, *(f"  {label:<14} {value}" for label, value in rows), *head, *fields]


def _field(label: str, value: str) -> list[str]:
    # RFC 8493 2.2.2: a long value goes on in the next lines, which are indented.
    first, *more = value.split("\n")
    return [f"    {label}: {first}", *(f"      {line}" for line in more)]


def bag_list_line(named: str, what: ListedFile) -> Line:
    """Return the line of ``bag list`` for one payload file."""
    size: Line = {} if what.size is None else {"size": what.size}
    return {"bag": named, "file": printable(what.path), **size, "digests": dict(sorted(what.digests.items()))}


def bag_list_text(what: ListedFile) -> list[str]:
    """Return the size in bytes and the path of one payload file, and below it the digests that the manifests give."""
    size = f"{what.size:>15,}" if what.size is not None else f"{'not there':>15}"
    digests = [f"{'':>17}{algorithm} {digest}" for algorithm, digest in sorted(what.digests.items())]
    return [f"{size}  {printable(what.path)}", *(digests or [f"{'':>17}in no manifest"])]


def bag_extract_line(named: str, what: Extracted) -> Line:
    """Return the line of ``bag extract`` and of ``get``."""
    line: Line = {"bag": named, "outcome": "extracted" if what.whole else "partly" if what.path else "refused"}
    if what.path is not None:
        line["path"] = str(what.path)
    counts = {"files": what.files, "bytes": what.bytes, "wanted": what.wanted}
    return line | counts | {"findings": finding_lines(what.findings)}


def bag_extract_text(named: str, what: Extracted) -> list[str]:
    """Return what was taken out of a bag, and every finding."""
    word = "extracted" if what.whole else "partly" if what.path else "refused"
    after = f"  ->  {what.path}" if what.path else ""
    counts = f"{what.files:,} of {number_of(what.wanted, 'file')}, {number_of(what.bytes, 'byte')}"
    return [f"{word:<9}  {named}{after}  ({counts})", *finding_texts(what.findings)]


def bag_index_line(named: str, path: Path, sha256: str) -> Line:
    """Return the line of ``bag index``."""
    return {"bag": named, "outcome": "indexed", "path": str(path), "sha256": sha256}


def bag_index_text(path: Path, sha256: str) -> str:
    """Return where an index was written, and its digest."""
    return f"indexed    {path}  (SHA-256 {sha256})"


def bag_convert_line(named: str, what: Converted) -> Line:
    """Return the line of ``bag convert``."""
    line: Line = {"bag": named, "outcome": "converted" if what.bag else "refused"}
    if what.bag is not None:
        line |= _bag(what.bag)
    return line | {"findings": finding_lines(what.findings)}


def bag_convert_text(named: str, what: Converted) -> list[str]:
    """Return what became of a bag that was to be converted, and every finding."""
    return [*_written("converted", named, what.bag), *finding_texts(what.findings)]


def _written(word: str, named: str, bag: WrittenBag | None) -> list[str]:
    if bag is None:
        return [f"refused    {named}"]
    index = [f"  index {bag.index}"] if bag.index else []
    size = _size(bag.files, bag.bytes)
    return [f"{word:<9}  {named}  ->  {bag.path}  ({bag.form.value}, {size})", f"  seal {bag.seal}", *index]


def _bag(bag: WrittenBag) -> Line:
    line: Line = {
        "path": str(bag.path),
        "form": bag.form.value,
        "files": bag.files,
        "bytes": bag.bytes,
        "seal": bag.seal,
    }
    if bag.index is not None:
        line |= {"index": str(bag.index), "index_sha256": bag.index_sha256}
    return line


def _size(files: int, size: int) -> str:
    return f"{number_of(files, 'file')}, {number_of(size, 'byte')}"
