"""``preserve bag``: bags of any content: make, look into, take out of, convert; always into a new place."""

from __future__ import annotations

import os
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from preserve.bag import (
    KNOWN_PROFILES,
    Conversion,
    Fault,
    Form,
    Hidden,
    Links,
    Recipe,
    Verdict,
    check_indexable,
    convert_bag,
    extract_bag,
    extract_indexed,
    index_path,
    is_bag_name,
    list_files,
    make_bag,
    read_info_fields,
    read_lines,
    summarize_bag,
    verdict_of,
    verify as verify_bag,
    write_index,
)
from preserve.cli.console import progress_bar, say, say_json
from preserve.cli.named import named_profile, small_file
from preserve.cli.options import JsonFlag, the_clock
from preserve.cli.parts import ByIndexFlag, CableFlag, PathFlag, believed, patterns
from preserve.errors import ExitCode, UsageError
from preserve.findings import Finding
from preserve.provenance import this_software
from preserve.report import bags as report, json_lines as lines, text

__all__ = ["app"]

app = typer.Typer(help="Bags of any content: make, look into, take out of, index, convert.", no_args_is_help=True)


class _Version(StrEnum):
    """The version of BagIt that is written; the drafts before it are only read."""

    V1_0 = "1.0"


# The rooms below tell what may not be read, in their words and with their exit codes; a batch goes on.
_Bag = Annotated[
    Path,
    typer.Argument(
        metavar="BAG", readable=False, help="A bag: a folder, a tar (plain, gzip, bzip2, xz, zstd) or a zip."
    ),
]
_Folder = Annotated[
    Path,
    typer.Option("--to", metavar="DIR", readable=False, help="The folder that the new bag goes to; made if need be."),
]
_Form = Annotated[Form | None, typer.Option("--form", help="How the new bag lies on the disk.")]
_Algorithms = Annotated[
    list[str] | None,
    typer.Option("--algorithm", metavar="NAME", help="An algorithm of the manifests, as sha256; repeatable."),
]
_Name = Annotated[str | None, typer.Option("--name", metavar="NAME", help="The name of the new bag.")]
_Reread = Annotated[bool, typer.Option("--reread", help="Read back every bit before the bag appears.")]
_Index = Annotated[
    bool, typer.Option("--index/--no-index", help="Write an index beside a tar, to read single files of it by.")
]


@app.command()
def make(  # noqa: PLR0913, PLR0917 - each is a flag
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SRC...",
            readable=False,
            help="Files and folders, only read. The content of one folder alone is bagged.",
        ),
    ],
    to: _Folder,
    info: Annotated[
        list[str] | None, typer.Option("--info", metavar="LABEL=VALUE", help="A field of bag-info.txt; repeatable.")
    ] = None,
    info_file: Annotated[
        Path | None,
        typer.Option("--info-file", metavar="FILE", readable=False, help="Fields, as lines 'Label: value'."),
    ] = None,
    tag_file: Annotated[
        list[str] | None,
        typer.Option(
            "--tag-file", metavar="PATH=FILE", help="A tag file of your own, as aptrust-info.txt=FILE; repeatable."
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help=f"Meet a BagIt Profile: {', '.join(KNOWN_PROFILES)}, or a file."),
    ] = None,
    form: _Form = None,
    algorithm: _Algorithms = None,
    hidden: Annotated[Hidden, typer.Option(help="What becomes of names that start with a dot.")] = Hidden.INCLUDE,
    links: Annotated[Links, typer.Option(help="What becomes of symbolic links.")] = Links.REFUSE,
    name: _Name = None,
    reread: _Reread = False,
    index: _Index = True,
    json_lines: JsonFlag = False,
) -> None:
    """Make a bag of any files. They are read once and never moved or changed; nothing that is there is replaced.

    Example: preserve bag make photographs --to bags --info Source-Organization="Ruritanian State Archive"
    """
    recipe = Recipe(
        name=_named(sources) if name is None else name,
        info=_fields(info or [], info_file),
        form=form,
        algorithms=tuple(algorithm or ()),
        profile=named_profile(profile),
        hidden=hidden,
        links=links,
        reread=reread,
        tags=tuple(_tag_file(each) for each in tag_file or ()),
        index=index,
    )
    with progress_bar("make", json_lines=json_lines, in_bytes=True) as progress:
        made = make_bag(sources, to, recipe, progress=progress)
    if json_lines:
        say_json(report.made_line(map(str, sources), made))
    else:
        say(report.made_text(" ".join(map(str, sources)), made))
    raise typer.Exit(ExitCode.GOOD if made.bag else _refused(made.findings))


@app.command()
def info(bag: _Bag, json_lines: JsonFlag = False) -> None:
    """Tell what a bag says of itself: fields, counts, algorithms, seal. Nothing is hashed; 'verify' judges.

    Example: preserve bag info bags/photographs
    """
    what = summarize_bag(bag)
    if json_lines:
        say_json(report.summary_line(str(bag), what))
    else:
        say(report.summary_text(str(bag), what))


@app.command("list")
def list_payload(bag: _Bag, json_lines: JsonFlag = False) -> None:
    """List the payload of a bag with sizes and the digests of the manifests. Nothing is hashed.

    Example: preserve bag list bags/photographs
    """
    for file in list_files(bag):
        if json_lines:
            say_json(report.file_line(str(bag), file))
        else:
            say(report.file_text(file))


@app.command()
def index(bag: _Bag, json_lines: JsonFlag = False) -> None:
    """Write an index beside a tarred bag: path, offset, length and digest of each file. The bag is verified first.

    With it, one file of a large tar is read and verified by one ranged read, also from object storage.

    Example: preserve bag index bags/cablegate-201108300212_0001.tar
    """
    check_indexable(bag)
    verified = verify_bag(bag)
    if not verified.valid:
        if json_lines:
            say_json(lines.bag(str(bag), verified))
        else:
            say(text.bag(str(bag), verified))
        raise typer.Exit(_not_valid(verified.findings))
    sha256 = write_index(bag, bag.absolute().parent)
    if json_lines:
        say_json(report.index_line(str(bag), index_path(bag), sha256))
    else:
        say(report.index_text(index_path(bag), sha256))


@app.command()
def extract(
    bag: _Bag,
    to: Annotated[
        Path, typer.Option("--to", metavar="DIR", readable=False, help="The new folder that the payload goes to.")
    ],
    path: PathFlag = None,
    cable: CableFlag = None,
    by_index: ByIndexFlag = False,
    json_lines: JsonFlag = False,
) -> None:
    """Take the payload out of a bag, every byte verified on the way; a file that differs is not left behind.

    Example: preserve bag extract bags/photographs.tar --to photographs
    """
    wanted, found = patterns(path, cable), believed(bag, by_index=by_index)
    with progress_bar("extract", json_lines=json_lines, in_bytes=True) as progress:
        if found is None:
            extracted = extract_bag(bag, to, patterns=wanted, progress=progress)
        else:
            extracted = extract_indexed(bag, to, found, patterns=wanted, progress=progress)
    if json_lines:
        say_json(report.extracted_line(str(bag), extracted))
    else:
        say(report.extracted_text(str(bag), extracted))
    raise typer.Exit(ExitCode.GOOD if extracted.whole else _not_valid(extracted.findings))


@app.command()
def convert(  # noqa: PLR0913, PLR0917 - each is a flag
    bag: _Bag,
    to: _Folder,
    form: _Form = None,
    algorithm: _Algorithms = None,
    bagit_version: Annotated[_Version, typer.Option("--bagit-version", help="The version to write.")] = _Version.V1_0,
    name: _Name = None,
    reread: _Reread = False,
    index: _Index = True,
    json_lines: JsonFlag = False,
) -> None:
    """Write a valid bag again: in another form, as version 1.0, with more algorithms. The payload stays as it is.

    Example: preserve bag convert bags/photographs --to tars --form tar
    """
    del bagit_version  # there is one
    more = tuple(algorithm or ())
    how = Conversion(agent=_agent(), form=form, algorithms=more, name=name, reread=reread, index=index)
    with progress_bar("convert", json_lines=json_lines, in_bytes=True) as progress:
        converted = convert_bag(bag, to, how, progress=progress)
    if json_lines:
        say_json(report.converted_line(str(bag), converted))
    else:
        say(report.converted_text(str(bag), converted))
    raise typer.Exit(ExitCode.GOOD if converted.bag else _not_valid(converted.findings))


def _named(sources: list[Path]) -> str:
    """Return the name of a bag of one source."""
    if len(sources) == 1:
        name = Path(os.path.realpath(sources[0])).name  # Path.resolve would raise where links lead in a circle
        if is_bag_name(name):
            return name
    raise UsageError("the bag needs a name", hint="Give one with --name: letters, digits, '.', '_', '-'.")


def _agent() -> str:
    software = this_software()
    return f"{software.name} {software.version}"


def _fields(given: list[str], file: Path | None) -> tuple[tuple[str, str], ...]:
    """Return the fields of the flags and the file, with day and program where they are not given."""
    fields = [*_of_file(file), *(_field(each) for each in given)]
    labels = {label.lower() for label, _value in fields}
    ours = (("Bagging-Date", the_clock().now().date().isoformat()), ("Bag-Software-Agent", _agent()))
    return (*fields, *(field for field in ours if field[0].lower() not in labels))


def _field(given: str) -> tuple[str, str]:
    label, sign, value = given.partition("=")
    if not sign:
        raise UsageError(f"--info {given!r} is no field", hint="Write it as --info 'Label=value'.")
    return label, value


def _tag_file(given: str) -> tuple[str, bytes]:
    path, sign, file = given.partition("=")
    if not sign:
        raise UsageError(f"--tag-file {given!r} is none", hint="Write it as --tag-file aptrust-info.txt=FILE.")
    return path, small_file(Path(file))


def _of_file(file: Path | None) -> Iterable[tuple[str, str]]:
    if file is None:
        return ()
    faults: list[Fault] = []
    fields = tuple(read_info_fields(read_lines((small_file(file),), "utf-8", faults), faults))
    if faults:
        wrong = "; ".join(f"line {fault.line}: {fault.says}" for fault in faults)
        raise UsageError(f"{file} is no bag-info.txt: {wrong}", hint="Write lines as 'Label: value', in UTF-8.")
    return fields


def _refused(findings: Iterable[Finding]) -> ExitCode:
    """Return the code of files that are no bag: what the profile says against it can be mended without them."""
    errors = [each for each in findings if each.severity == "error"]
    return ExitCode.INVALID if all(each.code.startswith("profile-") for each in errors) else ExitCode.SOURCE


def _not_valid(findings: Iterable[Finding]) -> ExitCode:
    return ExitCode.SOURCE if verdict_of(findings) is Verdict.UNREADABLE else ExitCode.INVALID
