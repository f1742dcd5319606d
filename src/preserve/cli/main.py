"""The command ``preserve``: its verbs, and the one place where errors become messages and exit codes.

Scope: registering the verbs, catching what they raise. Not in scope: what a verb does; each has its own module, and
the work is done in the rooms below.
"""

from __future__ import annotations

import os
import sys
import traceback
from io import TextIOWrapper
from typing import Annotated

import typer

from preserve import __version__
from preserve.cli import (
    archived,
    audit,
    bag,
    catalogue,
    compare,
    deposit,
    events,
    export,
    formats,
    ingest,
    init,
    inspect,
    pack,
    schema,
    validate,
    verify,
)
from preserve.cli.console import say_error
from preserve.errors import ExitCode, PreserveError, internal_error

__all__ = ["DEBUG", "app", "run"]

DEBUG = "PRESERVE_DEBUG"
"""The environment variable that shows where an internal error comes from."""

app = typer.Typer(
    name="preserve",
    help="Keep captured diplomatic cables: read, normalize, bag, verify, deposit.",
    epilog="Exit codes: 0 good, 1 usage or bug, 2 invalid, 3 source, 4 archive, 5 target, 6 overdue, 130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"preserve {__version__}\n")
        raise typer.Exit


@app.callback()
def _preserve(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Keep captured diplomatic cables: read, normalize, bag, verify, deposit."""


app.command()(init.init)
app.command()(formats.formats)
app.command()(inspect.inspect)
app.command()(compare.compare)
app.command()(pack.pack)
app.command()(ingest.ingest)
app.command("list")(archived.list_bags)
app.command()(archived.show)
app.command()(events.events)
app.command()(verify.verify)
app.command()(audit.audit)
app.command()(deposit.deposit)
app.add_typer(bag.app, name="bag")
app.add_typer(export.app, name="export")
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(schema.app, name="schema")
app.command()(validate.validate)


def run(arguments: list[str] | None = None) -> None:
    """Run the command and leave the process with its exit code.

    Args:
        arguments: Without the program's name; ``None`` for those of the process.
    """
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # JSON lines are UTF-8 whatever the locale; a character that nothing can write must not end a run.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = app(arguments, prog_name="preserve", standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        say_error(error.format_message(), hint="See 'preserve --help', or 'preserve VERB --help'.")
        return ExitCode.USAGE
    except PreserveError as error:
        say_error(error.message, hint=error.hint)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except BrokenPipeError:
        # Whoever read our output has left; say nothing more, also not when Python closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.USAGE
    except Exception as error:
        return _fault(error)
    return _interrupted() if code == ExitCode.INTERRUPTED else int(code or 0)


def _fault(error: Exception) -> int:
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    told = internal_error(error)
    say_error(told.message, hint=f"This is a bug of preserve. Run it again with {DEBUG}=1 and report what it prints.")
    return told.exit_code


def _interrupted() -> int:
    say_error("interrupted", hint="What was acknowledged is stored; run the same command again to go on.")
    return ExitCode.INTERRUPTED
