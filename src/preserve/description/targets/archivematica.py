"""The two tables that Archivematica reads of a transfer: ``metadata.csv`` and ``rights.csv``.

They have rows for each payload file, with paths that begin with ``data/``, as Archivematica's manual asks for transfers
that are bags. They belong in ``data/metadata/`` of the transfer, and never into the bag that is kept.
"""

from __future__ import annotations

from typing import Final

from preserve.description.model import Description
from preserve.description.targets.dublin_core import elements
from preserve.description.text import csv_file
from preserve.provenance import ACCESS_WORDS, CopyrightStatus, copyright_status

__all__ = ["RIGHTS_COLUMNS", "metadata", "rights"]

RIGHTS_COLUMNS: Final = ("file", "basis", "status", "jurisdiction", "note", "grant_act", "grant_restriction",
                         "grant_end_date", "grant_note", "doc_id_type", "doc_id_value", "doc_id_role")  # fmt: skip
"""Columns that Archivematica knows, ``file`` first."""


def metadata(description: Description) -> bytes:
    """Return ``metadata.csv``: the fifteen elements; an element with several values has several columns."""
    values = [(name, value) for name, value in elements(description) if name != "format"]
    columns = ["filename", *(f"dc.{name}" for name, _ in values), "dc.format"]
    rows = ([file.path, *(value for _, value in values), file.media_type] for file in description.bag.files)
    return csv_file(columns, rows)


def rights(description: Description) -> bytes:
    """Return ``rights.csv``: copyright and the institution's policy, two rows for each file."""
    status = copyright_status(description.copyright)
    by_law: dict[str, str | None] = {
        "basis": "Copyright",
        "status": status.label,
        "jurisdiction": "us",
        "note": description.rights_statement,
        "grant_act": "Disseminate",
        # Copyright alone never opens a cable: the institution's decision comes on top.
        "grant_restriction": "Conditional",
        "grant_note": "Subject to the decision of the holding institution.",
        "doc_id_type": "URI",
        "doc_id_value": description.copyright,
        "doc_id_role": "licence" if status is CopyrightStatus.COPYRIGHTED else "rights statement",
    }
    by_policy: dict[str, str | None] = {
        "basis": "Policy",
        "note": description.advisory,
        "grant_act": "Disseminate",
        "grant_restriction": ACCESS_WORDS[description.access][0],
        "grant_end_date": description.embargo_until,
        "grant_note": description.access_says,
    }
    rows = [{"file": file.path, **each} for file in description.bag.files for each in (by_law, by_policy)]
    return csv_file(RIGHTS_COLUMNS, ([row.get(name) for name in RIGHTS_COLUMNS] for row in rows))
