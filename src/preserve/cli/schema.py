"""``preserve schema list`` and ``preserve schema show``: the contracts, every version, and their text."""

from __future__ import annotations

from typing import Annotated

import typer

from preserve.cli.console import say, say_bytes, say_json
from preserve.cli.options import JsonFlag
from preserve.contracts import Contract, contract_bytes, contracts, find_contract
from preserve.errors import UsageError
from preserve.report import validated as report

__all__ = ["app"]

app = typer.Typer(help="The schemas: what a record, TEI, PREMIS, an event ... must be.", no_args_is_help=True)


@app.command("list")
def list_schemas(json_lines: JsonFlag = False) -> None:
    """List every schema in every version, the newest first.

    Example: preserve schema list
    """
    for each in contracts():
        if json_lines:
            say_json(report.schema_line(each))
        else:
            say(report.schema_row(each))


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name of preserve schema list: record, tei ...")],
    version: Annotated[
        str | None, typer.Option("--version", metavar="VERSION", help="An older one; default: the newest.")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--as", metavar="FORM", help="Which of its files, where it has several: rnc or rng.")
    ] = None,
    json_lines: JsonFlag = False,
) -> None:
    """Print the text of a schema, as it is in schemas/.

    Example: preserve schema show tei --as rng
    """
    what = find_contract(name, version)
    data = contract_bytes(_file(what, form))
    if json_lines:
        say_json(report.schema_line(what, data.decode("utf-8")))
        return
    say_bytes(data)


def _file(what: Contract, form: str | None) -> str:
    """Return the file of a form; where none is asked for the first by name, as ``rnc``, which people read, of two."""
    if form is None:
        return what.files[min(what.files)]
    if form not in what.files:
        raise UsageError(
            f"the schema {what.name} has no form {form!r}", hint=f"It has {', '.join(sorted(what.files))}."
        )
    return what.files[form]
