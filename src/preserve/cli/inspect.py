"""``preserve inspect``: what a source is understood to be; nothing is stored."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Annotated

import typer

from preserve.cli.console import say, say_bytes, say_error, say_json
from preserve.cli.options import JsonFlag, gravest_code, the_clock
from preserve.cli.settings import SettingsFlag, load_settings
from preserve.cli.sources import ReleaseFlag, RowsFlag, Sources, choose_sources
from preserve.errors import ExitCode, PreserveError, UsageError
from preserve.findings import Severity, worst
from preserve.ingest import NormalizedCable, normalize_source, render_cable
from preserve.package import Packager
from preserve.provenance import this_software
from preserve.readers import SourceRef, load_source
from preserve.report import cables as report
from preserve.settings import Settings
from preserve.tei import render_page, render_text

__all__ = ["View", "inspect"]


class View(StrEnum):
    """The documents that ``--as`` shows."""

    RECORD = "record"
    TEI = "tei"
    PREMIS = "premis"
    HTML = "html"
    TEXT = "text"


def inspect(
    sources: Sources,
    view: Annotated[View | None, typer.Option("--as", help="Show this document, made of one source.")] = None,
    release: ReleaseFlag = None,
    rows: RowsFlag = None,
    json_lines: JsonFlag = False,
    settings_file: SettingsFlag = None,
) -> None:
    """Show what a page is understood to be; nothing is stored.

    Example: preserve inspect page.txt --as tei
    """
    if view is not None and json_lines:
        raise UsageError("--as and --json do not go together", hint="--json shows the record; --as shows one document.")
    settings = load_settings(settings_file)
    refs = choose_sources(sources, rows, release)
    if view is not None:
        raise typer.Exit(_one_document(list(refs), view, settings))
    raise typer.Exit(gravest_code([_line(ref, settings, json_lines) for ref in refs]))


def _line(ref: SourceRef, settings: Settings, json_lines: bool) -> ExitCode:
    try:
        understood = normalize_source(load_source(ref), settings)
    except PreserveError as error:
        if json_lines:
            say_json(report.inspect_error_line(ref.where, error))
        else:
            say_error(error.message, hint=error.hint)
        return error.exit_code
    if json_lines:
        say_json(report.inspect_line(ref.where, understood))
    else:
        say(*report.inspect_text(ref.where, understood))
    return _code(understood)


def _code(understood: NormalizedCable) -> ExitCode:
    return ExitCode.INVALID if worst(understood.findings) is Severity.ERROR else ExitCode.GOOD


def _one_document(refs: list[SourceRef], view: View, settings: Settings) -> ExitCode:
    if len(refs) != 1:
        raise UsageError(f"--as shows one source, not {len(refs)}", hint="Name one file, or use --json for many.")
    understood = normalize_source(load_source(refs[0]), settings)
    document = _document(understood, view, settings)
    say_bytes(document.rstrip(b"\n") + b"\n")
    return _code(understood)


def _document(understood: NormalizedCable, view: View, settings: Settings) -> bytes:
    if view is View.TEXT:
        return render_text(understood.cable).encode("utf-8")
    if view is View.RECORD:
        if sys.stdout.isatty():
            return json.dumps(json.loads(understood.record), ensure_ascii=False, indent=2).encode()
        return understood.record
    packaging = Packager(settings=settings, software=this_software(), clock=the_clock()).start()
    parts = render_cable(understood, packaging).parts
    if view is View.HTML:
        return render_page(parts.tei)
    return parts.tei if view is View.TEI else parts.premis
