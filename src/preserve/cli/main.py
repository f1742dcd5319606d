"""The command ``preserve``: its verbs, and the one place where errors become messages and exit codes."""

from __future__ import annotations

import os
import re
import signal
import sys
import traceback
from collections.abc import Mapping
from importlib import import_module
from io import TextIOWrapper
from typing import Annotated

import typer

from preserve import __version__
from preserve.cli.console import say_error, say_note
from preserve.errors import ExitCode, PreserveError, UsageError, internal_error

__all__ = ["DEBUG", "run"]

DEBUG = "PRESERVE_DEBUG"
"""The environment variable that shows where an internal error comes from."""

_CODES = "Exit codes: 0 good, 1 usage or bug, 2 invalid, 3 source, 4 archive, 5 target, 6 overdue, 130 interrupted."

_VERBS: Mapping[str, tuple[str, str]] = {
    "init": ("init.init", "Make an archive, and settings to fill in."),
    "formats": ("formats.formats", "List the formats of sources that can be read."),
    "inspect": ("inspect.inspect", "Show how a page is understood; nothing is stored."),
    "compare": ("compare.compare", "Show what changed between two sources of a cable, or between folders."),
    "pack": ("pack.pack", "Package captured pages into a folder."),
    "ingest": ("ingest.ingest", "Package captured pages into an archive."),
    "list": ("list.list_bags", "List every bag in an archive."),
    "show": ("show.show", "Show the bags of a cable, with their events."),
    "events": ("events.events", "Show the whole life of a cable's bags."),
    "get": ("get.get", "Copy the files of a cable out of an archive."),
    "verify": ("verify.verify", "Verify bags, whoever made them."),
    "audit": ("audit.audit", "Check every bit of stored bags, and log each check."),
    "deposit": ("deposit.deposit", "Copy stored bags to a target, and verify them there."),
    "bag": ("bag.app", "Make, read, extract, index and convert bags of any content."),
    "export": ("export.app", "Write the metadata of cables in the formats of others."),
    "catalogue": ("catalogue.app", "Make the catalogue of an archive again."),
    "schema": ("schema.app", "List and print the schemas of all documents."),
    "validate": ("validate.validate", "Validate documents, whoever made them."),
}
"""Each verb: its function or group below ``preserve.cli``, and its line in the help, in the order of the help."""

_COMPLETION = "_PRESERVE_COMPLETE"
"""The environment variable by which a shell asks how a line can go on."""

# RFC 3986 3.2.1: user information is "user:password" before the "@" of the authority, which ends at the next "/".
_PASSWORD = re.compile(r"://[^\s/@:]*:[^\s/]*@")


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
    """Return the command with the verb that is asked for.

    A verb brings its rooms with it, and to import them all takes longer than most verbs run. Help and misspelt verbs
    need only names; completion needs the flags of every verb.
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
    asked = next((each for each in arguments if not each.startswith("-")), "")
    for verb in [asked] if asked in _VERBS else _VERBS:
        place, line = _VERBS[verb]
        module, _, name = place.partition(".")
        wanted = verb == asked or _COMPLETION in os.environ
        found = getattr(import_module(f"preserve.cli.{module}"), name) if wanted else _unasked
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=verb, short_help=line)
        else:
            app.command(verb, short_help=line)(found)
    return app


def _unasked() -> None:
    """Stand for a verb that is only named."""


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
        _check_secrets(arguments)
        code = _app(arguments)(arguments, prog_name="preserve", standalone_mode=False)
    except typer.TyperException as error:
        # The library that converts values puts its own name of the error first, which tells nobody anything.
        says = " ".join(error.format_message().replace(": Value error, ", ": ").split())
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


def _check_secrets(arguments: list[str]) -> None:
    """Refuse an address with a password before any verb can print, log or keep it.

    Raises:
        UsageError: An argument holds one.
    """
    if any(map(_PASSWORD.search, arguments)):
        raise UsageError(
            "an argument holds an address with a password",
            hint="All users of the machine can see the arguments of a command. Give the address without the password.",
        )


def _fault(error: Exception) -> int:
    if os.environ.get(DEBUG):
        # The message of an exception may quote a name or a text.
        say_note(*"".join(traceback.format_exception(error)).rstrip("\n").split("\n"))
    told = internal_error(error)
    say_error(told.message, hint=f"This is a bug of preserve. Run it again with {DEBUG}=1 and report what it prints.")
    return told.exit_code


def _interrupted() -> int:
    say_error("interrupted", hint="What was acknowledged is stored; run the same command again to go on.")
    return ExitCode.INTERRUPTED
