"""``preserve list``: every bag in an archive."""

from __future__ import annotations

from preserve.archive import open_archive
from preserve.cli.console import say, say_json
from preserve.cli.options import JsonFlag
from preserve.cli.settings import ArchiveFlag, SettingsFlag, load_settings
from preserve.report import archive as report

__all__ = ["list_bags"]


def list_bags(archive: ArchiveFlag = None, json_lines: JsonFlag = False, settings_file: SettingsFlag = None) -> None:
    """List every version of every bag in the archive, sorted.

    Example: preserve list --json
    """
    with open_archive(load_settings(settings_file, archive).archive.root) as place:
        none = True
        for stored in place.bags():
            none = False
            if json_lines:
                say_json(report.list_line(stored))
            else:
                say(report.list_text(stored))
        if none and not json_lines:
            say(f"the archive {place.root} has no bags yet; see: preserve ingest --help")
