"""``preserve bag``: bags of any content, made, read, extracted and converted, always into a new place."""

from __future__ import annotations

import os
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from preserve import __version__
from preserve.bag import (
    KNOWN_PROFILES,
    Conversion,
    Form,
    Hidden,
    Links,
    Recipe,
    check_indexable,
    convert_bag,
    extract_bag,
    extract_indexed,
    index_path,
    is_bag_name,
    list_files,
    make_bag,
    parse_info,
    summarize_bag,
    verify as verify_bag,
    write_index,
)
from preserve.cli.console import progress_bar, say, say_json
from preserve.cli.options import JsonFlag, the_clock
from preserve.cli.payload_files import ByIndexFlag, CableFlag, PathFlag, path_patterns, read_index_beside
from preserve.cli.small_files import find_profile, read_small_file
from preserve.cli.verdicts import code_of_findings
from preserve.errors import ExitCode, UsageError
from preserve.findings import Finding
from preserve.report import bags as report

__all__ = ["app"]

_AGENT = f"preserve {__version__}"
"""Who wrote the tag files, as ``bag-info.txt`` says it."""

app = typer.Typer(help="Make, read, extract, index and convert bags of any content.", no_args_is_help=True)


class _Version(StrEnum):
    """The version of BagIt that is written; the drafts before it are only read."""

    V1_0 = "1.0"


# No argument is checked for being readable: the rooms say what may not be read, with their exit codes.
_Bag = Annotated[
    Path,
    typer.Argument(
        metavar="BAG", readable=False, help="A bag: a folder, a tar (plain, gzip, bzip2, xz, zstd) or a zip."
    ),
]
_Folder = Annotated[
    Path,
    typer.Option(
        "--to", metavar="DIR", readable=False, help="The folder for the new bag; it is made if it is not there."
    ),
]
_Form = Annotated[Form | None, typer.Option("--form", help="The form of the new bag on disk.")]
_Algorithms = Annotated[
    list[str] | None,
    typer.Option(
        "--algorithm", metavar="NAME", help="A digest algorithm of the manifests, such as sha256; repeatable."
    ),
]
_Name = Annotated[str | None, typer.Option("--name", metavar="NAME", help="The name of the new bag.")]
_Reread = Annotated[bool, typer.Option("--reread", help="Read back every bit before the bag appears.")]
_Index = Annotated[
    bool,
    typer.Option("--index/--no-index", help="Write an index beside a tar, by which single files of it can be read."),
]


@app.command()
def make(  # noqa: PLR0913, PLR0917 - each is a flag
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SRC...",
            readable=False,
            help="Files and folders; they are only read. Of a single folder, the content is bagged.",
        ),
    ],
    to: _Folder,
    info: Annotated[
        list[str] | None, typer.Option("--info", metavar="LABEL=VALUE", help="A field of bag-info.txt; repeatable.")
    ] = None,
    info_file: Annotated[
        Path | None,
        typer.Option(
            "--info-file", metavar="FILE", readable=False, help="A file of fields, each a line 'Label: value'."
        ),
    ] = None,
    tag_file: Annotated[
        list[str] | None,
        typer.Option(
            "--tag-file", metavar="PATH=FILE", help="A tag file of your own, such as aptrust-info.txt=FILE; repeatable."
        ),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE", help=f"A BagIt Profile that the bag must meet: {', '.join(KNOWN_PROFILES)}, or a file."
        ),
    ] = None,
    form: _Form = None,
    algorithm: _Algorithms = None,
    hidden: Annotated[Hidden, typer.Option(help="What to do with names that start with a dot.")] = Hidden.INCLUDE,
    links: Annotated[Links, typer.Option(help="What to do with symbolic links.")] = Links.REFUSE,
    name: _Name = None,
    reread: _Reread = False,
    index: _Index = True,
    json_lines: JsonFlag = False,
) -> None:
    """Make a bag of any files. They are read once, and never moved or changed. Nothing is overwritten.

    Example: preserve bag make photographs --to bags --info Source-Organization="Ruritanian State Archive"
    """
    recipe = Recipe(
        name=_name_of(sources) if name is None else name,
        info=_fields(info or [], info_file),
        form=form,
        algorithms=tuple(algorithm or ()),
        profile=find_profile(profile),
        hidden=hidden,
        links=links,
        reread=reread,
        tags=tuple(_tag_file(each) for each in tag_file or ()),
        index=index,
    )
    with progress_bar("make", json_lines=json_lines, in_bytes=True) as progress:
        made = make_bag(sources, to, recipe, progress=progress)
    if json_lines:
        say_json(report.bag_make_line(map(str, sources), made))
    else:
        say(*report.bag_make_text(" ".join(map(str, sources)), made))
    raise typer.Exit(ExitCode.GOOD if made.bag else _code_of_refusal(made.findings))


@app.command()
def info(bag: _Bag, json_lines: JsonFlag = False) -> None:
    """Show what a bag says of itself: fields, counts, algorithms, seal. Nothing is hashed; to judge it, verify it.

    Example: preserve bag info bags/photographs
    """
    what = summarize_bag(bag)
    if json_lines:
        say_json(report.bag_info_line(str(bag), what))
    else:
        say(*report.bag_info_text(str(bag), what))


@app.command("list")
def list_payload(bag: _Bag, json_lines: JsonFlag = False) -> None:
    """List the payload of a bag, with sizes, and with digests as the manifests give them. Nothing is hashed.

    Example: preserve bag list bags/photographs
    """
    for file in list_files(bag):
        if json_lines:
            say_json(report.bag_list_line(str(bag), file))
        else:
            say(*report.bag_list_text(file))


@app.command()
def index(bag: _Bag, json_lines: JsonFlag = False) -> None:
    """Write an index beside a tarred bag: path, offset, length and digest of each file. The bag is verified first.

    By the index, one file of a large tar is read and verified by one ranged read, also from object storage.

    Example: preserve bag index bags/cablegate-201108300212_0001.tar
    """
    check_indexable(bag)
    verified = verify_bag(bag)
    if not verified.valid:
        if json_lines:
            say_json(report.verify_line(str(bag), verified))
        else:
            say(*report.verify_text(str(bag), verified))
        raise typer.Exit(code_of_findings(verified.findings))
    sha256 = write_index(bag, bag.absolute().parent)
    if json_lines:
        say_json(report.bag_index_line(str(bag), index_path(bag), sha256))
    else:
        say(report.bag_index_text(index_path(bag), sha256))


@app.command()
def extract(
    bag: _Bag,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", readable=False, help="The new folder for the payload.")],
    path: PathFlag = None,
    cable: CableFlag = None,
    by_index: ByIndexFlag = False,
    json_lines: JsonFlag = False,
) -> None:
    """Extract the payload of a bag, and verify every byte on the way. A file that differs is not kept.

    Example: preserve bag extract bags/photographs.tar --to photographs
    """
    patterns = path_patterns(path, cable)
    index = read_index_beside(bag) if by_index else None
    with progress_bar("extract", json_lines=json_lines, in_bytes=True) as progress:
        if index is None:
            extracted = extract_bag(bag, to, patterns=patterns, progress=progress)
        else:
            extracted = extract_indexed(bag, to, index, patterns=patterns, progress=progress)
    if json_lines:
        say_json(report.bag_extract_line(str(bag), extracted))
    else:
        say(*report.bag_extract_text(str(bag), extracted))
    raise typer.Exit(ExitCode.GOOD if extracted.whole else code_of_findings(extracted.findings))


@app.command()
def convert(  # noqa: PLR0913, PLR0917 - each is a flag
    bag: _Bag,
    to: _Folder,
    form: _Form = None,
    algorithm: _Algorithms = None,
    bagit_version: Annotated[
        _Version, typer.Option("--bagit-version", help="The version of BagIt to write.")
    ] = _Version.V1_0,
    name: _Name = None,
    reread: _Reread = False,
    index: _Index = True,
    json_lines: JsonFlag = False,
) -> None:
    """Write a valid bag again: in another form, as version 1.0, with more algorithms. Its payload stays as it is.

    Example: preserve bag convert bags/photographs --to tars --form tar
    """
    del bagit_version  # there is only one
    more = tuple(algorithm or ())
    how = Conversion(agent=_AGENT, form=form, algorithms=more, name=name, reread=reread, index=index)
    with progress_bar("convert", json_lines=json_lines, in_bytes=True) as progress:
        converted = convert_bag(bag, to, how, progress=progress)
    if json_lines:
        say_json(report.bag_convert_line(str(bag), converted))
    else:
        say(*report.bag_convert_text(str(bag), converted))
    raise typer.Exit(ExitCode.GOOD if converted.bag else code_of_findings(converted.findings))


def _name_of(sources: list[Path]) -> str:
    """Return the name of a bag that is made of one source."""
    if len(sources) == 1:
        name = Path(os.path.realpath(sources[0])).name  # Path.resolve would raise where links lead in a circle
        if is_bag_name(name):
            return name
    raise UsageError("the bag needs a name", hint="Give one with --name: letters, digits, '.', '_', '-'.")


def _fields(given: list[str], file: Path | None) -> tuple[tuple[str, str], ...]:
    """Return the fields of the file and the flags, and the day and the program where they do not give them."""
    of_file = () if file is None else parse_info(str(file), read_small_file(file))
    fields = [*of_file, *(_field(each) for each in given)]
    labels = {label.lower() for label, _value in fields}
    ours = (("Bagging-Date", the_clock().now().date().isoformat()), ("Bag-Software-Agent", _AGENT))
    return (*fields, *(field for field in ours if field[0].lower() not in labels))


def _field(given: str) -> tuple[str, str]:
    label, sign, value = given.partition("=")
    if not sign:
        raise UsageError(f"--info {given!r} is not a field", hint="Write it as --info 'Label=value'.")
    return label, value


def _tag_file(given: str) -> tuple[str, bytes]:
    path, sign, file = given.partition("=")
    if not sign:
        raise UsageError(f"--tag-file {given!r} names no file", hint="Write it as --tag-file aptrust-info.txt=FILE.")
    return path, read_small_file(Path(file))


def _code_of_refusal(findings: Iterable[Finding]) -> ExitCode:
    """Return the exit code of files that make no bag: of the sources, unless only the profile speaks against it."""
    errors = [each for each in findings if each.severity == "error"]
    return ExitCode.INVALID if all(each.code.startswith("profile-") for each in errors) else ExitCode.SOURCE
