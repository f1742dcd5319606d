"""``preserve export``: metadata of cables in the formats of others, and an index of them for correspSearch."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from preserve.access import (
    BagSelection,
    Exported,
    HeldCable,
    describe_public,
    describe_stored,
    export_all,
    metadata_path,
    newest_bags,
    open_new_file,
    read_cables,
    select_bag,
)
from preserve.cli.console import binary_stdout, say, say_bytes, say_json, say_note
from preserve.cli.options import JsonFlag, gravest_code, the_clock
from preserve.cli.settings import ArchiveFlag, SettingsFlag, load_settings
from preserve.description import (
    FORMATS,
    CorrespondenceIndex,
    Description,
    Holder,
    Licence,
    MetadataFormat,
    find_format,
    format_day,
    render_metadata,
    web_address,
    write_cmif,
)
from preserve.errors import ExitCode, UsageError
from preserve.report import export as report, words
from preserve.settings import Settings

__all__ = ["app"]

app = typer.Typer(help="Write the metadata of cables in the formats of others.", no_args_is_help=True)

_ALL = "all"
_Ids = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ID...]",
        help="Cables or bags of the archive, the newest version or another, such as ID/v1; paths of bags; or all.",
    ),
]
_To = Annotated[
    Path | None,
    typer.Option("--to", metavar="FILE|DIR", help="Where to write; default: standard output. Nothing is overwritten."),
]


@app.callback()
def _export() -> None:
    """Keep the name of the verb in front of its sub-verbs."""


# metadata


@app.command()
def metadata(
    identifiers: _Ids = None,
    name: Annotated[str | None, typer.Option("--as", metavar="NAME", help="The format; --list shows them.")] = None,
    to: _To = None,
    listed: Annotated[bool, typer.Option("--list", help="List the formats and exit.")] = False,
    embargo_until: Annotated[
        str | None,
        typer.Option("--embargo-until", metavar="YYYY-MM-DD", help="When the embargo ends, for embargoed cables."),
    ] = None,
    archive: ArchiveFlag = None,
    json_lines: JsonFlag = False,
    settings_file: SettingsFlag = None,
) -> None:
    """Write metadata of cables as a repository or catalogue reads it. Persons are never named; bags are only read.

    Example: preserve export metadata 05STRELSAU4281 --as mods
    """
    if listed:
        for target in FORMATS:
            if json_lines:
                say_json(report.export_formats_line(target))
            else:
                say(report.export_formats_text(target))
        return
    if not identifiers or name is None:
        raise UsageError(
            "export metadata takes cables and a format", hint="Try: preserve export metadata ID --as mods; or --list."
        )
    target, until = find_format(name), _future(embargo_until)
    settings = load_settings(settings_file, archive, shown=("organisation", "archive"))
    bags = _bags(identifiers, settings)
    describing = partial(describe_stored, settings=settings, embargo_until=until)
    if to is None:
        raise typer.Exit(_to_stdout(list(bags), target, describing, json_lines=json_lines))
    if len(identifiers) == 1 and identifiers != [_ALL] and len(target.parts) == 1 and not _is_folder(to):
        done = export_all(bags, target, lambda _: to, describing)
    else:
        folder = _folder(to)
        done = export_all(bags, target, lambda held: metadata_path(folder, held.stem, target), describing)
    raise typer.Exit(_to_places(done, target, json_lines=json_lines))


def _future(text: str | None) -> str | None:
    if text is None:
        return None
    if format_day(text) != text or text <= the_clock().now().date().isoformat():
        raise UsageError(f"--embargo-until {text!r} is not a day to come", hint="Write it as 2030-12-31.")
    return text


def _to_stdout(
    bags: list[BagSelection],
    target: MetadataFormat,
    describing: Callable[[HeldCable], Description],
    *,
    json_lines: bool,
) -> ExitCode:
    held = list(read_cables(bags[0])) if len(bags) == 1 else []
    if len(held) != 1 or len(target.parts) != 1 or json_lines:
        raise UsageError(
            "standard output takes one cable in a format of one file, without --json", hint="Name a folder with --to."
        )
    rendered = render_metadata(describing(held[0]), target)
    for line in words.finding_texts(rendered.findings):
        say_note(line)
    for file in rendered.files:
        say_bytes(file.data)
    return ExitCode.GOOD if rendered.files else ExitCode.INVALID


def _to_places(done: Iterator[Exported], target: MetadataFormat, *, json_lines: bool) -> ExitCode:
    counts: Counter[str] = Counter({"written": 0, "refused": 0, "failed": 0})
    codes: set[ExitCode] = set()
    for each in done:
        counts[each.outcome] += 1
        codes.add(each.exit_code)
        if json_lines:
            say_json(report.export_metadata_line(each, target))
        else:
            say(*report.export_metadata_text(each))
    if json_lines:
        say_json(words.counts_line(counts))
    elif counts.total() > 1:
        say(words.counts_text(counts))
    return gravest_code(codes)


def _folder(to: Path) -> Path:
    if not _is_folder(to):
        try:
            to.mkdir(0o775)
        except OSError as error:
            raise UsageError(f"{to} cannot be made a folder: {error.strerror}", hint="Name another place.") from error
    return to


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises for a name that no disk can have


# cmif


class LicenceWord(StrEnum):
    """The licences of an index; the format knows no others."""

    CC0 = "cc0"
    CC_BY = "cc-by"


@app.command()
def cmif(
    identifiers: _Ids = None,
    licence: Annotated[
        LicenceWord | None,
        typer.Option("--licence", help="The licence under which the index may be copied; you decide."),
    ] = None,
    address: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="The web address at which the file will be found.")
    ] = None,
    include_restricted: Annotated[
        bool, typer.Option("--include-restricted", help="Include cables whose access is restricted.")
    ] = False,
    to: _To = None,
    archive: ArchiveFlag = None,
    json_lines: JsonFlag = False,
    settings_file: SettingsFlag = None,
) -> None:
    """Write an index of cables for correspSearch (CMIF): who sent each, when, to whom; no subject, text or persons.

    The index is made to be copied by anybody, so restricted cables are left out, and their number is shown.

    Example: preserve export cmif all --licence cc0 --url https://example.org/cmif.xml --to cmif.xml
    """
    settings = load_settings(settings_file, archive, shown=("organisation", "archive"))
    index = _index(settings, licence, address)
    if json_lines and to is None:
        raise UsageError("--json and standard output do not go together", hint="Name a file with --to.")
    left_out: list[str] = []
    bags = _bags(identifiers or [_ALL], settings)
    descriptions = describe_public(bags, settings, include_restricted=include_restricted, left_out=left_out)
    if to is None:
        count = write_cmif(binary_stdout(), index, descriptions)
    else:
        with open_new_file(to) as stream:
            count = write_cmif(stream, index, descriptions)
    if json_lines and to is not None:
        say_json(report.export_cmif_line(to, count, len(left_out)))
        return
    if left_out:
        some = ", ".join(left_out[:5]) + (" ..." if len(left_out) > 5 else "")
        say_note(f"{words.number_of(len(left_out), 'cable')} left out, access restricted: {some}")
    if to is not None:
        say(report.export_cmif_text(to, count))


def _index(settings: Settings, licence: LicenceWord | None, address: str | None) -> CorrespondenceIndex:
    ours = settings.organisation
    if licence is None or address is None or web_address(address) is None:
        raise UsageError(
            "an index needs a licence and a web address: --licence cc0 or cc-by, --url https://...",
            hint="The format has both, and preserve assumes neither.",
        )
    if ours.name is None:
        raise UsageError("an index needs a publisher", hint="Set name in [organisation] of preserve.toml.")
    return CorrespondenceIndex(
        holder=Holder(name=ours.name, email=ours.contact_email),
        licence=next(each for each in Licence if each.word == licence),
        address=address,
        day=the_clock().now().date().isoformat(),
    )


# which bags


def _bags(identifiers: list[str], settings: Settings) -> Iterable[BagSelection]:
    if identifiers == [_ALL]:
        return newest_bags(settings.archive.root)
    return [select_bag(identifier, settings.archive.root) for identifier in identifiers]
