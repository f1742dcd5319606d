"""``preserve schema list`` and ``preserve schema show``: the schemas in every version, and their text."""

from __future__ import annotations

from typing import Annotated

import typer

from preserve.cli.console import say, say_bytes, say_json
from preserve.cli.options import JsonFlag
from preserve.contracts import Contract, contract_bytes, contracts, find_contract
from preserve.errors import UsageError
from preserve.report import documents as report

__all__ = ["app"]

app = typer.Typer(
    help="The schemas that a record, TEI, PREMIS, an event and other documents must meet.", no_args_is_help=True
)


@app.command("list")
def list_schemas(json_lines: JsonFlag = False) -> None:
    """List every schema in every version, the newest first.

    Example: preserve schema list
    """
    for each in contracts():
        if json_lines:
            say_json(report.schema_list_line(each))
        else:
            say(report.schema_list_text(each))


@app.command()
def show(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="A name from preserve schema list, such as record or tei.")
    ],
    version: Annotated[
        str | None, typer.Option("--version", metavar="VERSION", help="An older version; default: the newest.")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--as", metavar="FORM", help="Which file of the schema, where it has several: rnc or rng."),
    ] = None,
    json_lines: JsonFlag = False,
) -> None:
    """Print the text of a schema, as it is in schemas/.

    Example: preserve schema show tei --as rng
    """
    what = find_contract(name, version)
    data = contract_bytes(_file(what, form))
    if json_lines:
        say_json(report.schema_show_line(what, data.decode("utf-8")))
        return
    say_bytes(data)


def _file(what: Contract, form: str | None) -> str:
    """Return the file of a form; by default the first by name: of ``rnc`` and ``rng`` that is the one for people."""
    if form is None:
        return what.files[min(what.files)]
    if form not in what.files:
        raise UsageError(
            f"the schema {what.name} has no form {form!r}", hint=f"It has {', '.join(sorted(what.files))}."
        )
    return what.files[form]
