"""``preserve inspect``: shows what a source is understood to be, and stores nothing."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Annotated

import typer

from preserve.cli.console import say, say_error, say_json
from preserve.cli.options import JsonFlag, ReleaseFlag, SettingsFlag, Sources, gravest, load_settings, the_clock
from preserve.errors import ExitCode, PreserveError, UsageError
from preserve.findings import Severity, worst
from preserve.ingest.flow import Understood, render, understand
from preserve.provenance.software import this_software
from preserve.readers import SourceRef
from preserve.readers.sources import load, walk
from preserve.report import json_lines as lines
from preserve.report import text
from preserve.settings import Settings

__all__ = ["View", "inspect"]


class View(StrEnum):
    """The documents that ``--as`` shows."""

    RECORD = "record"
    TEI = "tei"
    PREMIS = "premis"


def inspect(
    sources: Sources,
    view: Annotated[View | None, typer.Option("--as", help="Show this document of one source.")] = None,
    release: ReleaseFlag = None,
    json_lines: JsonFlag = False,
    settings_file: SettingsFlag = None,
) -> None:
    """Show what a page is understood to be; nothing is stored.

    Example: preserve inspect page.txt --as tei
    """
    if view is not None and json_lines:
        raise UsageError("--as and --json do not go together", hint="--json shows the record; --as shows one document.")
    settings = load_settings(settings_file)
    refs = walk(sources, release=release)
    if view is not None:
        raise typer.Exit(_one_document(list(refs), view, settings))
    raise typer.Exit(gravest([_line(ref, settings, json_lines) for ref in refs]))


def _line(ref: SourceRef, settings: Settings, json_lines: bool) -> ExitCode:
    try:
        understood = understand(load(ref), settings)
    except PreserveError as error:
        if json_lines:
            say_json(lines.not_understood(ref.where, error))
        else:
            say_error(error.message, hint=error.hint)
        return error.exit_code
    if json_lines:
        say_json(lines.understood(ref.where, understood))
    else:
        say(text.understood(ref.where, understood))
    return _code(understood)


def _code(understood: Understood) -> ExitCode:
    return ExitCode.INVALID if worst(understood.findings) is Severity.ERROR else ExitCode.GOOD


def _one_document(refs: list[SourceRef], view: View, settings: Settings) -> ExitCode:
    if len(refs) != 1:
        raise UsageError(f"--as shows one source, not {len(refs)}", hint="Name one file, or use --json for many.")
    understood = understand(load(refs[0]), settings)
    if view is View.RECORD:
        document = understood.record
        if sys.stdout.isatty():
            document = json.dumps(json.loads(document), ensure_ascii=False, indent=2).encode()
    else:
        parts = render(understood, settings=settings, software=this_software(), at=the_clock().now()).parts
        document = parts.tei if view is View.TEI else parts.premis
    sys.stdout.flush()
    sys.stdout.buffer.write(document.rstrip(b"\n") + b"\n")
    return _code(understood)
