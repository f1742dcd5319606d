"""The command ``preserve``: its verbs, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Mapping
from importlib import import_module
from io import TextIOWrapper
from typing import Annotated

import typer

from preserve import __version__
from preserve.cli.console import say_error
from preserve.errors import ExitCode, PreserveError, internal_error

__all__ = ["DEBUG", "run"]

DEBUG = "PRESERVE_DEBUG"
"""The environment variable that shows where an internal error comes from."""

_CODES = "Exit codes: 0 good, 1 usage or bug, 2 invalid, 3 source, 4 archive, 5 target, 6 overdue, 130 interrupted."

_VERBS: Mapping[str, str] = {
    "init": "init.init",
    "formats": "formats.formats",
    "inspect": "inspect.inspect",
    "compare": "compare.compare",
    "pack": "pack.pack",
    "ingest": "ingest.ingest",
    "list": "list.list_bags",
    "show": "show.show",
    "events": "events.events",
    "get": "get.get",
    "verify": "verify.verify",
    "audit": "audit.audit",
    "deposit": "deposit.deposit",
    "bag": "bag.app",
    "export": "export.app",
    "catalogue": "catalogue.app",
    "schema": "schema.app",
    "validate": "validate.validate",
}
"""Each verb, to its function or group below ``preserve.cli``, in the order of the help."""


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"preserve {__version__}\n")
        raise typer.Exit


def _preserve(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Keep captured diplomatic cables: read, normalize, bag, verify, deposit."""


def _app(arguments: list[str]) -> typer.Typer:
    """Return the command with the verb that is asked for; help, completion and misspelt verbs need them all.

    A verb brings its rooms with it, and to import them all takes longer than most verbs run.
    """
    app = typer.Typer(
        name="preserve",
        help="Keep captured diplomatic cables: read, normalize, bag, verify, deposit.",
        epilog=_CODES,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_preserve)
    first = arguments[0] if arguments else ""
    for verb in [first] if first in _VERBS else [] if first == "--version" else _VERBS:
        module, _, name = _VERBS[verb].partition(".")
        found = getattr(import_module(f"preserve.cli.{module}"), name)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=verb)
        else:
            app.command(verb)(found)
    return app


def run(arguments: list[str] | None = None) -> None:
    """Run the command and leave the process with its exit code.

    Args:
        arguments: Without the program's name; ``None`` for those of the process.
    """
    for each in (signal.SIGTERM, signal.SIGHUP):
        # A service manager or a closed terminal that ends us is as good as Ctrl-C: what is half made is removed.
        if signal.getsignal(each) is signal.SIG_DFL:
            signal.signal(each, signal.default_int_handler)
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # JSON lines are UTF-8 whatever the locale, and a character that cannot be written must not end a run.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = _exit_code(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has left. Say nothing more, nor let Python complain when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.USAGE
    return code


def _exit_code(arguments: list[str]) -> int:
    """Run a verb and return its exit code; what it raises is told on stderr."""
    try:
        code = _app(arguments)(arguments, prog_name="preserve", standalone_mode=False)
    except typer.TyperException as error:
        # The library that converts values puts its own name of the error first, which tells nobody anything.
        says = error.format_message().replace(": Value error, ", ": ")
        say_error(says, hint="See 'preserve --help', or 'preserve VERB --help'.")
        return ExitCode.USAGE
    except PreserveError as error:
        say_error(error.message, hint=error.hint)
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except BrokenPipeError:
        raise
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
