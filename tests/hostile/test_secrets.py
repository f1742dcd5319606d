"""Nothing of the environment gets out: no variable, home, user, machine, folder of a source, or password."""

from __future__ import annotations

import shutil
import socket
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from backports import zstd
from tests.cli.command import preserve

from preserve.errors import ArchiveError, PreserveError, SourceError

PAGES = Path(__file__).parents[1] / "fixtures" / "plain_text"
PLACE = "canary-place"
"""A folder above the sources: verbs may say the path that they were given, but no file may hold it."""

CANARIES = {
    "PRESERVE_CANARY_TOKEN": "canary-of-a-token",
    "AWS_SECRET_ACCESS_KEY": "canary-of-a-cloud",
    "HTTPS_PROXY": "http://canary-of-a-proxy:3128/",
    "USER": "canary-of-a-user",
    "LOGNAME": "canary-of-a-login",
    "HOSTNAME": "canary-of-a-host",
    "HOME": "/nowhere/canary-of-a-home",
}

TARGETS = ("mods", "dc", "archivematica", "dspace", "schema-org", "invenio")


def calls(pages: Path) -> Iterator[Sequence[str | Path]]:
    """A call of each verb, and some that fail; the sources are named by their absolute paths."""
    yield "init", "--archive", "a"
    yield "ingest", pages, "--archive", "a", "--access-copy"
    yield "ingest", pages, "--archive", "a", "--json"
    yield "ingest", pages / "not there.txt", pages.parent, "--archive", "a"
    for form in ("tar", "tar.zst", "zip"):
        yield "pack", pages, "--to", f"packed-{form}", "--form", form, "--group", "10"
        yield "bag", "make", pages, "--to", "made", "--name", f"all-{form}", "--form", form
    yield "bag", "make", pages, "--to", "/proc/nowhere", "--name", "x"
    yield "inspect", pages / "04STRELSAU19.txt"
    for form in ("record", "tei", "html"):
        yield "inspect", pages / "04STRELSAU19.txt", "--as", form
    yield "compare", pages / "04STRELSAU19.txt", pages / "07STRELSAU345.txt"
    yield "compare", pages / "04STRELSAU19.txt", pages / "04STRELSAU19.txt"
    yield "list", "--archive", "a", "--json"
    yield "show", "04STRELSAU19", "--archive", "a"
    yield "audit", "--archive", "a"
    yield "deposit", "04STRELSAU19", "--archive", "a", "--to", "copies"
    yield "deposit", "04STRELSAU19", "--archive", "a", "--to", "/proc/nowhere"
    yield "deposit", "04STRELSAU19", "--archive", "a", "--to", "s3:bucket"
    yield "events", "04STRELSAU19", "--archive", "a", "--as", "premis"
    yield "get", "04STRELSAU19", "--archive", "a", "--to", "taken"
    yield "get", "04STRELSAU20", "--archive", "a", "--to", "taken"
    for target in TARGETS:
        yield "export", "metadata", "all", "--archive", "a", "--as", target, "--to", "exported"
    licence = ("--licence", "cc0", "--url", "https://example.org/")
    yield "export", "cmif", "all", "--archive", "a", *licence, "--to", "c.xml"
    yield "catalogue", "rebuild", "--archive", "a"
    yield "verify", "a", "made/all-zip.zip", "made/all-tar.tar"
    yield "bag", "info", "made/all-tar.tar"
    yield "bag", "convert", "made/all-tar.tar", "--to", "again", "--form", "directory"
    yield "bag", "extract", "made/all-zip.zip", "--to", "out"
    yield "validate", "a/events", pages
    yield "formats"
    yield "nonsense", "--verbose"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that every verb wrote into, and all that they printed."""
    place = tmp_path_factory.mktemp(PLACE)
    shutil.copytree(PAGES, place / "pages")
    work = tmp_path_factory.mktemp("work")
    printed = ""
    for call in calls(place / "pages"):
        done = preserve(*call, cwd=work, stdin=b"", PRESERVE_DEBUG="1", **CANARIES)
        printed += done.stdout + done.stderr
    return work, printed


def files(root: Path) -> Iterator[tuple[str, bytes]]:
    """The bytes of every file, also of those in archives, and of compressed archives once they are not."""
    for path in sorted(root.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        yield str(path), data
        if path.name.endswith(".tar.zst"):
            yield str(path), zstd.decompress(data)
        elif path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                yield from ((f"{path}!{each}", archive.read(each)) for each in archive.namelist())


def test_no_output_tells_the_environment(told: tuple[Path, str]) -> None:
    _work, printed = told
    assert "stored" in printed
    assert "internal error" not in printed
    assert "canary-of-a-" not in printed


def test_no_file_tells_the_environment_or_the_place_of_a_source(told: tuple[Path, str]) -> None:
    work, _printed = told
    written = list(files(work))
    assert len(written) > 100
    host = socket.gethostname().encode()
    # The short name of a machine may be part of a word of a schema.
    secret = [b"canary-of-a-", PLACE.encode(), *([host] if len(host) > 8 else [])]
    assert [(path, word) for path, data in written for word in secret if word in data] == []


def test_tars_and_zips_tell_no_owner_and_no_time(told: tuple[Path, str]) -> None:
    work, _printed = told
    tars, zips = sorted(work.rglob("*.tar")), sorted(work.rglob("*.zip"))
    assert tars
    assert zips
    for path in tars:
        with tarfile.open(path) as archive:
            of = {(each.uid, each.gid, each.uname, each.gname, each.mtime) for each in archive}
        assert of == {(0, 0, "", "", 0)}, path
    for path in zips:
        with zipfile.ZipFile(path) as zipped:
            assert {(each.date_time, each.extra, each.comment) for each in zipped.infolist()} == {
                ((1980, 1, 1, 0, 0, 0), b"", b"")
            }, path


# passwords in addresses

SECRET = "canary-of-a-password"
ADDRESS = f"https://user:{SECRET}@example.org/place"
CALLS = [
    ("ingest", ADDRESS),
    ("pack", ADDRESS, "--to", "bags"),
    ("inspect", ADDRESS),
    ("compare", ADDRESS, ADDRESS),
    ("verify", ADDRESS),
    ("verify", "x", "--profile", ADDRESS),
    ("validate", ADDRESS),
    ("list", "--archive", ADDRESS),
    ("list", f"--archive={ADDRESS}"),
    ("list", "--settings", ADDRESS),
    ("init", "--archive", ADDRESS),
    ("get", "x", "--to", ADDRESS),
    ("deposit", "x", "--to", ADDRESS),
    ("deposit", "x", "--to", ADDRESS.upper().replace(SECRET.upper(), SECRET)),
    ("deposit", "x", "--to", f"directory:{ADDRESS}"),
    ("deposit", "x", "--to", f"file://user:{SECRET}@example.org/x", "--json"),
    ("export", "metadata", ADDRESS, "--as", "mods"),
    ("export", "cmif", "all", "--licence", "cc0", "--url", ADDRESS),
    ("bag", "make", "x", "--to", "bags", "--name", "x", "--info", f"Source={ADDRESS}"),
    ("bag", "info", ADDRESS),
    ("schema", "show", ADDRESS),
    (ADDRESS,),
    ("list", f"--{ADDRESS}"),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: " ".join(call).replace(ADDRESS, "ADDRESS")[:70])
def test_an_address_with_a_password_is_refused_and_never_told(call: tuple[str, ...], tmp_path: Path) -> None:
    done = preserve(*call, cwd=tmp_path, PRESERVE_DEBUG="1")
    assert done.returncode == 1
    assert SECRET not in done.stdout + done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("variable", ["PRESERVE_ARCHIVE", "PRESERVE_SETTINGS", "PRESERVE_RIGHTS_COPYRIGHT"])
@pytest.mark.parametrize("verb", [["list"], ["init"], ["audit"], ["pack", "x", "--to", "bags"]], ids=" ".join)
def test_a_password_in_a_variable_is_never_told(variable: str, verb: list[str], tmp_path: Path) -> None:
    done = preserve(*verb, cwd=tmp_path, stdin=b"", **{variable: ADDRESS})
    if not (variable == "PRESERVE_ARCHIVE" and verb == ["init"]):
        # There an archive is made at the path that the address is, and its path is told.
        assert SECRET not in done.stdout + done.stderr


@pytest.mark.parametrize("line", [f'[archive]\nroot = "{ADDRESS}"\n', f'[rights]\ncopyright = "{ADDRESS}"\n'])
@pytest.mark.parametrize("verb", [["list"], ["audit"], ["ingest", "x"], ["deposit", "x", "--to", "y"]], ids=" ".join)
def test_a_password_in_the_settings_is_never_told(line: str, verb: list[str], tmp_path: Path) -> None:
    (tmp_path / "preserve.toml").write_text(line)
    done = preserve(*verb, cwd=tmp_path)
    assert done.returncode != 0
    assert SECRET not in done.stdout + done.stderr


def test_a_user_alone_is_no_password(tmp_path: Path) -> None:
    done = preserve("deposit", "x", "--to", "sftp://user@example.org/place", cwd=tmp_path)
    assert "no depositor is named 'sftp'" in done.stderr


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (ADDRESS, "https://***@example.org/place"),
        ("https:/user:secret@example.org", "https:/***@example.org"),
        ("sftp://user@example.org", "sftp://***@example.org"),
        ("https://user:p@ss:w@example.org/a@b", "https://***@example.org/a@b"),
        ("https://example.org:8080/a:b@c", "https://example.org:8080/a:b@c"),
        ("mail to archives@example.org", "mail to archives@example.org"),
        ("///", "///"),
    ],
)
def test_an_error_leaves_user_information_out(address: str, told: str) -> None:
    for kind in (PreserveError, SourceError, ArchiveError):
        error = kind(f"{address}: no such file", hint=f"Try {address} again.")
        assert str(error) == f"{told}: no such file. Try {told} again."
        assert address == told or address not in repr(error)
