"""``preserve export``: what is kept, in the formats of others: metadata for a target, an index for correspSearch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from preserve.access import (
    BagSelection,
    Exported,
    HeldCable,
    describe_stored,
    export_all,
    metadata_path,
    open_new_file,
    read_cables,
)
from preserve.archive import open_archive
from preserve.cli.console import binary_stdout, say, say_bytes, say_json, say_note
from preserve.cli.options import ArchiveFlag, JsonFlag, SettingsFlag, gravest, load_settings, the_clock
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
from preserve.report import exported, json_lines as lines, text
from preserve.settings import Settings

__all__ = ["app"]

app = typer.Typer(help="Write what is kept in the formats of others.", no_args_is_help=True)

_ALL = "all"
_Ids = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ID...]",
        help="Cables or bags of the archive, the newest version or one as ID/v1; paths of bags; or all.",
    ),
]
_To = Annotated[
    Path | None,
    typer.Option("--to", metavar="FILE|DIR", help="Where to write; default: standard output. Nothing is replaced."),
]


@app.callback()
def _export() -> None:
    """Keep the name of the verb in front of its sub-verbs."""


# metadata


@app.command()
def metadata(
    identifiers: _Ids = None,
    name: Annotated[str | None, typer.Option("--as", metavar="NAME", help="The format; --list has them.")] = None,
    to: _To = None,
    listed: Annotated[bool, typer.Option("--list", help="List the formats, and leave.")] = False,
    embargo_until: Annotated[
        str | None,
        typer.Option("--embargo-until", metavar="YYYY-MM-DD", help="When the embargo of embargoed ones ends."),
    ] = None,
    archive: ArchiveFlag = None,
    json_lines: JsonFlag = False,
    settings_file: SettingsFlag = None,
) -> None:
    """Write the description of cables as a target reads it. Persons are never named; the bags are only read.

    Example: preserve export metadata 05STRELSAU4281 --as mods
    """
    if listed:
        for target in FORMATS:
            if json_lines:
                say_json(exported.format_line(target))
            else:
                say(exported.format_text(target))
        return
    if not identifiers or name is None:
        raise UsageError(
            "export metadata takes cables and a format", hint="As: preserve export metadata ID --as mods; or: --list."
        )
    settings, target, until = load_settings(settings_file, archive), find_format(name), _future(embargo_until)
    refs = _refs(identifiers, settings)
    describing = partial(describe_stored, settings=settings, embargo_until=until)
    if to is None:
        raise typer.Exit(_to_stdout(list(refs), target, describing, json_lines=json_lines))
    if len(identifiers) == 1 and identifiers != [_ALL] and len(target.parts) == 1 and not to.is_dir():
        done = export_all(refs, target, lambda _: to, describing)
    else:
        folder = _folder(to)
        done = export_all(refs, target, lambda held: metadata_path(folder, held.stem, target), describing)
    raise typer.Exit(_to_places(done, target, json_lines=json_lines))


def _future(text: str | None) -> str | None:
    if text is None:
        return None
    if format_day(text) != text or text <= the_clock().now().date().isoformat():
        raise UsageError(f"--embargo-until {text!r} is no day to come", hint="Write it as 2030-12-31.")
    return text


def _to_stdout(
    refs: list[BagSelection],
    target: MetadataFormat,
    describing: Callable[[HeldCable], Description],
    *,
    json_lines: bool,
) -> ExitCode:
    held = [each for ref in refs for each in read_cables(ref)] if len(refs) == 1 else []
    if len(held) != 1 or len(target.parts) != 1 or json_lines:
        raise UsageError(
            "standard output takes one cable in a format of one file, without --json", hint="Name a folder with --to."
        )
    rendered = render_metadata(describing(held[0]), target)
    for told in exported.findings_text(rendered.findings):
        say_note(told)
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
            say_json(exported.metadata_line(each, target))
        else:
            say(exported.metadata_text(each))
    if json_lines:
        say_json(lines.counts(counts))
    elif counts.total() > 1:
        say(text.counts(counts))
    return gravest(codes)


def _folder(to: Path) -> Path:
    if not to.is_dir():
        try:
            to.mkdir()
        except OSError as error:
            raise UsageError(f"{to} cannot be made a folder: {error.strerror}", hint="Name another place.") from error
    return to


# cmif


class LicenceWord(StrEnum):
    """The licences of an index; the format knows no others."""

    CC0 = "cc0"
    CC_BY = "cc-by"


@app.command()
def cmif(
    identifiers: _Ids = None,
    licence: Annotated[
        LicenceWord | None, typer.Option("--licence", help="Under which the index may be copied: your decision.")
    ] = None,
    address: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="The web address at which the file will be found.")
    ] = None,
    include_restricted: Annotated[
        bool, typer.Option("--include-restricted", help="Take in cables whose access is restricted.")
    ] = False,
    to: _To = None,
    archive: ArchiveFlag = None,
    json_lines: JsonFlag = False,
    settings_file: SettingsFlag = None,
) -> None:
    """Write an index of cables for correspSearch (CMIF): who sent when what to whom; no subject, no text, no persons.

    It is made to be copied by everybody: restricted cables are left out, and told.

    Example: preserve export cmif all --licence cc0 --url https://example.org/cmif.xml --to cmif.xml
    """
    settings = load_settings(settings_file, archive)
    index = _index(settings, licence, address)
    if json_lines and to is None:
        raise UsageError("--json and standard output do not go together", hint="Name a file with --to.")
    left_out: list[str] = []

    def wanted() -> Iterator[Description]:
        for ref in _refs(identifiers or [_ALL], settings):
            for held in read_cables(ref):
                if held.cable.rights.access == "restricted" and not include_restricted:
                    left_out.append(ref.label)
                else:
                    yield describe_stored(held, settings)

    if to is None:
        count = write_cmif(binary_stdout(), index, wanted())
    else:
        with open_new_file(to) as stream:
            count = write_cmif(stream, index, wanted())
    if json_lines:
        say_json({"path": str(to), "cables": count, "left_out": len(left_out)})
        return
    if left_out:
        some = ", ".join(left_out[:5]) + (" ..." if len(left_out) > 5 else "")
        say_note(f"{len(left_out)} left out, access restricted: {some}")
    if to is not None:
        say(f"written    {count} {'cable' if count == 1 else 'cables'}  ->  {to}")


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


def _refs(identifiers: list[str], settings: Settings) -> Iterable[BagSelection]:
    """Return the bags that are named: by a path, by a name in the archive (the newest version), or all."""
    if identifiers == [_ALL]:
        return _newest(settings)
    return [_ref(identifier, settings) for identifier in identifiers]


def _ref(identifier: str, settings: Settings) -> BagSelection:
    path = Path(identifier)
    if path.exists():
        return BagSelection(identifier, path)
    with open_archive(settings.archive.root) as place:
        return BagSelection.of(place.find(identifier)[-1], identifier)


def _newest(settings: Settings) -> Iterator[BagSelection]:
    """Yield the newest version of every bag."""
    with open_archive(settings.archive.root) as place:
        for _, versions in groupby(place.bags(), key=lambda stored: stored.name):
            *_, newest = versions
            yield BagSelection.of(newest)
