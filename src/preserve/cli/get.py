"""``preserve get``: the files of a cable, out of the archive."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from preserve.access import take_out
from preserve.archive import open_archive
from preserve.cli.console import progress_bar, say, say_json
from preserve.cli.options import JsonFlag
from preserve.cli.settings import ArchiveFlag, SettingsFlag, load_settings
from preserve.cli.verdicts import code_of_findings
from preserve.provenance import FileRole
from preserve.report import bags as report

__all__ = ["get"]


class PackagePart(StrEnum):
    """The files that ``--only`` names."""

    SOURCE = FileRole.SOURCE.value
    RECORD = FileRole.RECORD.value
    TEI = FileRole.TEI.value
    ACCESS = FileRole.ACCESS.value
    PREMIS = FileRole.PREMIS.value


def get(
    identifier: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="A cable or a bag: the newest version, or another, such as 05STRELSAU4281/v1."
        ),
    ],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="The new folder for the files.")],
    only: Annotated[
        list[PackagePart] | None, typer.Option("--only", help="Only files of this kind; repeatable.")
    ] = None,
    archive: ArchiveFlag = None,
    json_lines: JsonFlag = False,
    settings_file: SettingsFlag = None,
) -> None:
    """Copy the files of a cable out of the archive, and verify every byte on the way.

    Of a large tarred bag only these files are read, by its member index.

    Example: preserve get 05STRELSAU4281 --to reading-room --only tei
    """
    roles = [FileRole(part.value) for part in only or ()]
    with (
        open_archive(load_settings(settings_file, archive, shown=("archive",)).archive.root) as place,
        progress_bar("get", json_lines=json_lines, in_bytes=True) as progress,
    ):
        stored = place.find(identifier)[-1]
        extracted = take_out(stored, identifier, to, roles=roles, progress=progress)
    if json_lines:
        say_json(report.bag_extract_line(stored.label, extracted))
    else:
        say(*report.bag_extract_text(stored.label, extracted))
    if not extracted.whole:
        raise typer.Exit(code_of_findings(extracted.findings))
