"""``preserve deposit``: copies of stored bags at a target, verified there."""

from __future__ import annotations

from typing import Annotated

import typer

from preserve.archive import open_archive
from preserve.cli.console import say, say_error, say_json
from preserve.cli.options import JsonFlag, gravest_code, the_clock
from preserve.cli.settings import ArchiveFlag, SettingsFlag, load_settings
from preserve.deposit import deposit as deposit_bag, depositor_for
from preserve.errors import DepositError, ExitCode
from preserve.report import archive as report, words

__all__ = ["deposit"]


def deposit(
    identifiers: Annotated[
        list[str],
        typer.Argument(metavar="ID...", help="Cables or bags: the newest version, or another, such as ID/v1."),
    ],
    to: Annotated[str, typer.Option("--to", metavar="TARGET", help="A folder, or NAME:ADDRESS.")],
    archive: ArchiveFlag = None,
    json_lines: JsonFlag = False,
    settings_file: SettingsFlag = None,
) -> None:
    """Copy stored bags to a target, read them back there, and log what happened.

    To deposit a bag twice makes one copy of it.

    Example: preserve deposit 05STRELSAU4281 --to /mnt/repository
    """
    depositor = depositor_for(to)
    codes: list[ExitCode] = []
    root = load_settings(settings_file, archive, shown=("archive",)).archive.root
    with open_archive(root, clock=the_clock()) as place:
        wanted = [(identifier, place.find(identifier)[-1]) for identifier in identifiers]
        for identifier, stored in wanted:
            try:
                receipt = deposit_bag(place, stored, depositor)
            except DepositError as error:
                codes.append(error.exit_code)
                if json_lines:
                    say_json(report.deposit_error_line(identifier, to, error))
                else:
                    say_error(error.message, hint=error.hint)
                continue
            codes.append(ExitCode.GOOD if receipt.state in words.DEPOSITED else ExitCode.TARGET)
            if json_lines:
                say_json(report.deposit_line(identifier, receipt))
            else:
                say(report.deposit_text(receipt))
    raise typer.Exit(gravest_code(codes))
