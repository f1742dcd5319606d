"""``preserve init``: a new archive, and settings to fill in."""

from __future__ import annotations

from pathlib import Path

from preserve.archive import initialise
from preserve.cli.console import say, say_json
from preserve.cli.options import JsonFlag, the_clock
from preserve.cli.settings import ArchiveFlag, load_settings
from preserve.errors import UsageError
from preserve.octets import write_new
from preserve.report import archive as report
from preserve.settings import FILE_NAME, settings_template

__all__ = ["init"]


def init(archive: ArchiveFlag = None, json_lines: JsonFlag = False) -> None:
    """Make an archive, and a commented preserve.toml in this folder if it has none.

    Example: preserve init --archive /srv/cables
    """
    root = load_settings(None, archive).archive.root
    made = initialise(root, the_clock())
    settings = Path(FILE_NAME)
    written = _write_new(settings)
    if json_lines:
        say_json(report.init_line(made.root, settings, written=written))
    else:
        say(*report.init_text(made.root, settings, written=written))


def _write_new(path: Path) -> bool:
    try:
        write_new(path, (settings_template().encode(),))
    except FileExistsError:
        return False
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written here: {error.strerror}", hint="Run it in a folder that you may write to."
        ) from error
    return True
