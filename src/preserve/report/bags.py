"""What ``preserve bag`` says of bags of any content: words for people, lines for programs.

Scope: pure functions; the lines are those of ``schemas/outcome-1.0.0.schema.json``. Not in scope: printing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from preserve.bag import printable
from preserve.report.words import finding_line, one_line

if TYPE_CHECKING:
    from preserve.bag import BagSummary, Converted, Extracted, ListedFile, Made, WrittenBag
    from preserve.findings import Finding

__all__ = [
    "converted_line",
    "converted_text",
    "extracted_line",
    "extracted_text",
    "file_line",
    "file_text",
    "index_line",
    "index_text",
    "made_line",
    "made_text",
    "summary_line",
    "summary_text",
]

Line = dict[str, object]

_MOST_LEFT_OUT = 20
"""Names left out that the text for people lists; ``--json`` lists all."""


def made_text(sources: str, what: Made) -> str:
    """Return what became of some files, what was left out, and everything that was found."""
    gathered = what.gathered
    head = _written("made", sources, what.bag) if what.bag else f"refused    {sources}"
    notes = []
    if what.bag is not None and gathered.hidden:
        notes.append(f"  {_count(gathered.hidden, 'hidden name')} taken in")
    if gathered.left_out:
        notes.append(f"  left out: {_count(len(gathered.left_out), 'name')}")
        notes += [f"    {one_line(printable(path))}" for path in gathered.left_out[:_MOST_LEFT_OUT]]
        notes += ["    ..."] if len(gathered.left_out) > _MOST_LEFT_OUT else []
    return "\n".join((head, *notes, *_findings(what.findings)))


def made_line(sources: Iterable[str], what: Made) -> Line:
    """Return the line of ``bag make``."""
    gathered = what.gathered
    line: Line = {"sources": list(sources), "outcome": "made" if what.bag else "refused"}
    if what.bag is not None:
        line |= _bag(what.bag)
    return line | {
        "hidden": gathered.hidden,
        "left_out": [printable(path) for path in gathered.left_out],
        "findings": _lines(what.findings),
    }


def summary_text(named: str, what: BagSummary) -> str:
    """Return what a bag says of itself."""
    rows = [
        ("Name", one_line(printable(what.name))),
        ("Form", what.form.value),
        ("BagIt", what.version or "no version declared"),
        ("Payload", f"{_count(what.files, 'file')}, {_count(what.bytes, 'byte')}"),
        ("Tag files", f"{what.tag_files:,}"),
        ("Manifests", one_line(", ".join(what.algorithms)) or "none"),
        ("Tag manifests", one_line(", ".join(what.tag_algorithms)) or "none"),
        ("Seal", what.seal or "none: there is no tag manifest"),
    ]
    if what.to_fetch:
        rows.append(("To fetch", _count(what.to_fetch, "file")))
    fields = [f"    {label}: {value}".replace("\n", "\n      ") for label, value in what.info]
    head = ["  bag-info.txt" + ("" if fields else ": no fields")]
    return "\n".join((named, *(f"  {label:<14} {value}" for label, value in rows), *head, *fields))


def summary_line(named: str, what: BagSummary) -> Line:
    """Return the line of ``bag info``."""
    stated: Line = {
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
    return {key: value for key, value in stated.items() if value is not None}


def file_text(what: ListedFile) -> str:
    """Return one payload file: its size in bytes, its path, and below it the digests that the manifests give."""
    size = f"{what.size:>15,}" if what.size is not None else f"{'not there':>15}"
    digests = [f"{'':>17}{algorithm} {digest}" for algorithm, digest in sorted(what.digests.items())]
    return "\n".join((f"{size}  {one_line(printable(what.path))}", *(digests or [f"{'':>17}in no manifest"])))


def file_line(named: str, what: ListedFile) -> Line:
    """Return the line of ``bag list`` for one payload file."""
    size: Line = {} if what.size is None else {"size": what.size}
    return {"bag": named, "file": printable(what.path), **size, "digests": dict(sorted(what.digests.items()))}


def extracted_text(named: str, what: Extracted) -> str:
    """Return what was taken out of a bag, and everything that was found."""
    word = "extracted" if what.whole else "partly" if what.path else "refused"
    after = f"  ->  {what.path}" if what.path else ""
    counts = f"{what.files:,} of {_count(what.wanted, 'file')}, {_count(what.bytes, 'byte')}"
    return "\n".join((f"{word:<9}  {named}{after}  ({counts})", *_findings(what.findings)))


def extracted_line(named: str, what: Extracted) -> Line:
    """Return the line of ``bag extract`` and of ``get``."""
    line: Line = {"bag": named, "outcome": "extracted" if what.whole else "partly" if what.path else "refused"}
    if what.path is not None:
        line["path"] = str(what.path)
    counts = {"files": what.files, "bytes": what.bytes, "wanted": what.wanted}
    return line | counts | {"findings": _lines(what.findings)}


def index_text(path: Path, sha256: str) -> str:
    """Return that an index was written."""
    return f"indexed    {path}  (SHA-256 {sha256})"


def index_line(named: str, path: Path, sha256: str) -> Line:
    """Return the line of ``bag index``."""
    return {"bag": named, "outcome": "indexed", "path": str(path), "sha256": sha256}


def converted_text(named: str, what: Converted) -> str:
    """Return what became of a bag that was to be converted, and everything that was found in it."""
    head = _written("converted", named, what.bag) if what.bag else f"refused    {named}"
    return "\n".join((head, *_findings(what.findings)))


def converted_line(named: str, what: Converted) -> Line:
    """Return the line of ``bag convert``."""
    line: Line = {"bag": named, "outcome": "converted" if what.bag else "refused"}
    if what.bag is not None:
        line |= _bag(what.bag)
    return line | {"findings": _lines(what.findings)}


def _written(word: str, named: str, bag: WrittenBag) -> str:
    size = f"{_count(bag.files, 'file')}, {_count(bag.bytes, 'byte')}"
    index = f"\n  index {bag.index}" if bag.index else ""
    return f"{word:<9}  {named}  ->  {bag.path}  ({bag.form.value}, {size})\n  seal {bag.seal}{index}"


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


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _findings(findings: Iterable[Finding]) -> Iterator[str]:
    return map(finding_line, findings)


def _lines(findings: Iterable[Finding]) -> list[Line]:
    return [
        {"code": each.code, "where": each.where, "message": each.message, "severity": each.severity.value}
        for each in findings
    ]
