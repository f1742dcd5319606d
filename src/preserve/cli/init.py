"""``preserve init``: makes an archive, and settings to fill in."""

from __future__ import annotations

from pathlib import Path

from preserve.archive import initialise
from preserve.cli.console import say, say_json
from preserve.cli.options import ArchiveFlag, JsonFlag, load_settings, the_clock
from preserve.errors import UsageError
from preserve.settings import FILE_NAME, settings_template

__all__ = ["init"]


def init(archive: ArchiveFlag = None, json_lines: JsonFlag = False) -> None:
    """Make an archive, and a commented preserve.toml in this folder when there is none.

    Example: preserve init --archive /srv/cables
    """
    root = load_settings(None, archive).archive.root
    made = initialise(root, the_clock())
    settings = Path(FILE_NAME)
    written = _write_new(settings)
    if json_lines:
        say_json({"archive": str(made.root), "settings": str(settings), "settings_written": written})
        return
    say(f"archive   {made.root}")
    say(f"settings  {settings} ({'written; fill in your organisation' if written else 'was there; left as it is'})")


def _write_new(path: Path) -> bool:
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(settings_template())
    except FileExistsError:
        return False
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written here: {error.strerror}", hint="Run it in a folder of yours."
        ) from error
    return True
