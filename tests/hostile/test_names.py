"""Names that others chose: nothing that a page, a bag, a flag or a setting calls a thing leads out of its place."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.command import json_lines, preserve

from preserve import make_bag
from preserve.access import BagSelection, export_all, metadata_path
from preserve.access.export import describe_stored
from preserve.bag import Form, Recipe, is_bag_name, make_bag as make, verify
from preserve.contracts import contract_bytes, find_contract
from preserve.description import find_format
from preserve.errors import SourceError, UsageError
from preserve.package import portable_name
from preserve.settings import Settings

FIXTURES = Path(__file__).parents[1] / "fixtures"
PAGE = FIXTURES / "cablebrowser" / "05STRELSAU4281.lines.txt"
LONG = "A" * 300
"""No file system that we know takes a name of over 255 bytes."""

NAMES = {
    "climb": "../../out",
    "dots": "..",
    "absolute": "/tmp/preserve-out",
    "backslashes": "..\\..\\out",
    "drive": "C:\\out",
    "drive, relative": "C:out",
    "UNC": "\\\\host\\share\\out",
    "home": "~root",
    "variable": "$HOME",
    "substitution": "$(touch out)",
    "backticks": "`touch out`",
    "pipe": "x|touch out",
    "URL": "file:///tmp/preserve-out",
    "trailing dot": "x.",
    "trailing blank": "x ",
    "device": "CON",
    "device with a suffix": "nul.txt",
    "dash": "-rf",
    "option": "--archive=out",
    "line feed": "x\nstored     y",
    "escape": "x\x1b[2J",
    "direction": "x\u202etxt.exe",
    "composed": "\u00fc",
    "decomposed": "u\u0308",
    "look-alike": "05STRELSA\u054d1",
    "stage": ".stage-abcdefgh",
    "lock": ".writing",
    "announcement": ".intent.json",
    "catalogue": "catalogue.sqlite",
    "settings": "preserve.toml",
    "declaration": "bagit.txt",
    "percent": "%2e%2e%2fout",
    "255 bytes": "a" * 251 + ".txt",
    "255 bytes of four": "\U0001f4dc" * 62 + "abc.txt",
}
FILES = {what: name for what, name in NAMES.items() if "/" not in name and name != ".."}
"""Those that a file can have."""


def tree(root: Path) -> dict[str, bytes | None]:
    """Every path below a folder, with the bytes of files; links are not followed."""
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() and not path.is_symlink() else None
        for path in root.rglob("*")
    }


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Path]:
    """A folder two levels down, with neighbours that must stay as they are."""
    (tmp_path / "neighbour.txt").write_text("as it was")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    yield inner
    assert (tmp_path / "neighbour.txt").read_text() == "as it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "neighbour.txt"]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["b"]
    assert not Path("/tmp/preserve-out").exists()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An archive without bags."""
    folder = tmp_path_factory.mktemp("archives")
    preserve("init", "--archive", "archive", cwd=folder)
    return str(folder / "archive")


def page(number: int = 4281, **cells: str) -> bytes:
    """A page with other words in some rows of its table."""
    text = PAGE.read_text("utf-8").replace("05STRELSAU4281", f"05STRELSAU{number}")
    lines = text.splitlines()
    for at, line in enumerate(lines):
        label = line.partition(":")[0]
        if label in cells:
            lines[at] = f"{label}: {cells[label]}"
    return "\n".join(lines).encode()


# names of sources


def test_the_name_of_a_source_is_never_a_path(work: Path) -> None:
    (work / "pages").mkdir()
    for number, name in enumerate(FILES.values(), 1):
        (work / "pages" / name).write_bytes(page(number))
    wanted = {f"05STRELSAU{n}" for n, name in enumerate(FILES.values(), 1) if not name.startswith(".")}
    done = preserve("pack", "pages", "--to", "bags", "--json", cwd=work)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (work / "bags").iterdir()} == wanted
    assert sorted(path.name for path in work.iterdir()) == ["bags", "pages"]
    lines = json_lines(done)
    assert lines[-1]["counts"]["stored"] == len(wanted)
    for bag in wanted:
        # The name under which it was received is in the record, as text, and no path is made of it.
        files = [path for path in tree(work / "bags" / bag) if path.startswith("data/source/")]
        assert files == [f"data/source/{bag}.txt"]
        assert verify(work / "bags" / bag).valid


@pytest.mark.parametrize("what", ["option", "dash"])
def test_a_name_with_a_dash_is_a_source_behind_two_dashes(what: str, work: Path) -> None:
    (work / NAMES[what]).write_bytes(page())
    assert preserve("pack", "--to", "bags", "--", NAMES[what], cwd=work).returncode == 0
    assert (work / "bags/05STRELSAU4281").is_dir()


@pytest.mark.parametrize("what", FILES)
def test_a_bag_of_any_file_has_it_below_data_or_refuses_it(what: str, work: Path) -> None:
    (work / "in").mkdir()
    (work / "in" / FILES[what]).write_bytes(b"text\n")
    before = tree(work / "in")
    try:
        made = make_bag(work / "in", work / "bags", "made")
    except SourceError:
        assert not (work / "bags").exists() or not list((work / "bags").iterdir())
    else:
        assert verify(made.path).valid
        assert set(tree(work / "bags/made/data")) == {FILES[what]}
    assert tree(work / "in") == before
    assert {path.name for path in work.iterdir()} <= {"in", "bags"}


# what a page says


def test_the_identifier_of_a_page_is_one_or_the_page_is_refused(work: Path) -> None:
    (work / "pages").mkdir()
    for number, name in enumerate(NAMES.values()):
        (work / f"pages/{number:02}.txt").write_bytes(page(Identifier=name))
    done = preserve("pack", "pages", "--to", "bags", "--json", cwd=work)
    assert done.returncode == 3
    assert {line["outcome"] for line in json_lines(done)[:-1]} <= {"failed", "rejected"}
    assert not (work / "bags").exists() or tree(work / "bags") == {}


@pytest.mark.parametrize("group", ["cable", "post-month"])
def test_post_and_date_of_a_page_make_no_path(group: str, work: Path) -> None:
    (work / "pages").mkdir()
    for number, name in enumerate(NAMES.values(), 1):
        (work / f"pages/{number:02}.txt").write_bytes(page(number, Origin=name, Created=name))
    assert preserve("init", "--archive", "a", cwd=work).returncode == 0
    done = preserve("ingest", "pages", "--archive", "a", "--group", group, "--json", cwd=work)
    assert json_lines(done)[-1]["counts"]["stored"] > 20
    for path in tree(work / "a/bags"):
        assert re.fullmatch(r"(?:[A-Z0-9_][A-Z0-9-]*|_several)(?:/[0-9]{4}(?:/[A-Za-z0-9._-]+(?:/.*)?)?)?", path)
        assert ".." not in path


def test_the_cell_of_a_table_makes_no_path(work: Path) -> None:
    table = (FIXTURES / "cables_csv/cables.csv").read_text("utf-8")
    row = table[: table.index('\n"', table.index("ORMSBY") if "ORMSBY" in table else 0)]
    kept = row.replace("05STRELSAU4281", "05STRELSAU9")
    rows = [kept] + [row.replace('"05STRELSAU4281"', '"' + name.replace('"', '""') + '"', 1) for name in NAMES.values()]
    (work / "cables.csv").write_text("\n".join(rows) + "\n", "utf-8")
    done = preserve("pack", "cables.csv", "--to", "bags", "--json", cwd=work)
    assert done.returncode == 3
    assert json_lines(done)[-1]["counts"]["stored"] == 1
    assert [path.name for path in (work / "bags").iterdir()] == ["05STRELSAU9"]


@pytest.mark.parametrize("what", [what for what, name in NAMES.items() if name.isprintable()])
def test_a_release_is_a_text_and_no_path(what: str, work: Path) -> None:
    (work / "p.txt").write_bytes((FIXTURES / "plain_text/04STRELSAU19.txt").read_bytes())
    shutil.copy(work / "p.txt", work / "04STRELSAU19.txt")
    done = preserve(
        "pack", "04STRELSAU19.txt", "--to", "bags", "--group", "release", f"--release={NAMES[what]}", cwd=work
    )
    assert done.returncode in {0, 1}
    if done.returncode == 0:
        (made,) = (work / "bags").iterdir()
        assert is_bag_name(made.name)
        assert verify(made).valid


def test_a_release_on_two_lines_is_refused(work: Path) -> None:
    (work / "p.txt").write_bytes(page())
    done = preserve("pack", "p.txt", "--to", "bags", "--release", NAMES["line feed"], cwd=work)
    assert done.returncode == 1
    assert not (work / "bags").exists()


# what a bag says


def test_the_record_of_a_hostile_bag_names_no_path(work: Path) -> None:
    (work / "p.txt").write_bytes(page())
    preserve("pack", "p.txt", "--to", "bags", cwd=work)
    record = json.loads((work / "bags/05STRELSAU4281/data/record/05STRELSAU4281.json").read_bytes())
    target = find_format("mods")
    for number, name in enumerate([*NAMES.values(), LONG]):
        (work / f"in{number}/record").mkdir(parents=True)
        changed = json.dumps(record | {"identifier": name}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        (work / f"in{number}/record/x.json").write_text(changed + "\n", "utf-8")
        made = make([work / f"in{number}"], work / "made", Recipe(f"bag{number}", ())).bag
        assert made is not None
    (work / "to").mkdir()
    bags = [BagSelection(path.name, path) for path in sorted((work / "made").iterdir())]
    done = list(
        export_all(
            bags,
            target,
            lambda held: metadata_path(work / "to", held.stem, target),
            lambda held: describe_stored(held, Settings()),
        )
    )
    # Some names are one once they are portable; the second is refused, as every place that is taken.
    written = {each.place for each in done if each.place is not None}
    assert written == set((work / "to").iterdir())
    assert written
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", path.name) for path in written)
    assert {each.outcome for each in done} <= {"written", "failed"}


@pytest.mark.parametrize("claim", ["file:///etc/passwd", "../../profile.json", "/etc/passwd", "profiles/btr-1.0.json"])
def test_the_profile_that_a_bag_claims_is_opened_nowhere(claim: str, work: Path) -> None:
    (work / "in").mkdir()
    (work / "in/one.txt").write_bytes(b"1")
    made = make_bag(work / "in", work / "bags", "one", info=[("BagIt-Profile-Identifier", claim)])
    assert verify(made.path).valid
    assert "root:" not in preserve("verify", made.path, cwd=work).stdout


def test_external_identifiers_are_told_and_never_used(work: Path) -> None:
    (work / "in").mkdir()
    (work / "in/one.txt").write_bytes(b"1")
    names = [name for name in NAMES.values() if name.isprintable() and name.strip() == name]
    made = make_bag(work / "in", work / "bags", "one", info=[("External-Identifier", name) for name in names])
    for verb in (["verify"], ["bag", "info"], ["bag", "list"], ["bag", "extract", "--to", "out"]):
        assert preserve(*verb, made.path, cwd=work).returncode == 0
    assert tree(work / "out") == {"one.txt": b"1"}


def test_the_table_of_a_bag_is_read_by_nobody(work: Path) -> None:
    # data/index.csv leads people to files; a program that followed it would follow whoever wrote the bag.
    (work / "in").mkdir()
    for number in (1, 2):
        (work / f"in/{number}.txt").write_bytes(page(number))
    preserve("pack", "in", "--to", "bags", "--group", "10", cwd=work)
    (grouped,) = (work / "bags").iterdir()
    table = (grouped / "data/index.csv").read_text("utf-8")
    shutil.copytree(grouped / "data", work / "in", dirs_exist_ok=True)
    (work / "in/index.csv").write_text(table.replace("data/", "../../"), "utf-8")
    made = make_bag(work / "in", work / "again", "again")
    for verb in (["verify"], ["bag", "list"], ["bag", "extract", "--to", "out"], ["bag", "extract", "--to", "2"]):
        extra = ["--cable", "../../x"] if verb[-1] == "2" else []
        assert preserve(*verb, *extra, made.path, cwd=work).returncode == (1 if extra else 0)
    assert set(tree(work / "out")) == set(tree(work / "in"))
    assert not (work / "2").exists()


# what the caller, or whoever makes his calls, says


@pytest.mark.parametrize("what", NAMES)
def test_the_name_of_a_bag_is_one_folder_or_refused(what: str, work: Path) -> None:
    (work / "one.txt").write_bytes(b"1")
    if is_bag_name(NAMES[what]):
        assert make_bag(work / "one.txt", work / "bags", NAMES[what]).path == work / "bags" / NAMES[what]
        assert [path.name for path in (work / "bags").iterdir()] == [NAMES[what]]
    else:
        with pytest.raises(UsageError):
            make_bag(work / "one.txt", work / "bags", NAMES[what])
        assert not (work / "bags").exists()
    assert {path.name for path in work.iterdir()} <= {"bags", "one.txt"}


@pytest.mark.parametrize("name", ["", ".", "..", "a\0b", "a/b", "a" * 256])
@pytest.mark.parametrize("form", Form)
def test_no_form_of_a_bag_has_a_name_that_leads_away(name: str, form: Form, work: Path) -> None:
    (work / "one.txt").write_bytes(b"1")
    with pytest.raises(UsageError):
        make([work / "one.txt"], work / "bags", Recipe(name, (), form=form))
    assert not (work / "bags").exists()


WRONG = [
    ("schema", "show", "../../etc/passwd"),
    ("schema", "show", "record", "--version", "../../../x"),
    ("schema", "show", "record", "--as", "../../x"),
    ("export", "metadata", "all", "--as", "../mods"),
    ("export", "metadata", "../../x", "--as", "mods"),
    ("verify", "in", "--profile", "../../x"),
    ("bag", "make", "in", "--to", "bags", "--name", "x", "--profile", "../x"),
    ("bag", "make", "in", "--to", "bags", "--name", "x", "--tag-file", "../x=in/one.txt"),
    ("bag", "make", "in", "--to", "bags", "--name", "x", "--tag-file", "/tmp/preserve-out=in/one.txt"),
    ("bag", "make", "in", "--to", "bags", "--name", "x", "--tag-file", "data/x=in/one.txt"),
    ("pack", "in", "--to", "bags", "--group", "../x"),
    ("pack", "in", "--to", "bags", "--form", "../x"),
    ("get", "../../x", "--to", "out"),
    ("get", "x/v1/../../y", "--to", "out"),
    ("get", "x", "--to", "out", "--only", "../x"),
    ("show", "../../x"),
    ("events", "../../x"),
    ("audit", "../../x"),
    ("deposit", "../../x", "--to", "out"),
    ("deposit", "x", "--to", "../../x:y"),
    ("deposit", "x", "--to", "preserve.cli.main:run"),
    ("inspect", "in/one.txt", "--as", "../x"),
]


@pytest.mark.parametrize("call", WRONG, ids=" ".join)
def test_a_name_that_is_none_is_refused_and_opens_nothing(call: tuple[str, ...], archive: str, work: Path) -> None:
    (work / "in").mkdir()
    (work / "in/one.txt").write_bytes(b"1")
    before = tree(work)
    done = preserve(*call, cwd=work, PRESERVE_ARCHIVE=archive)
    assert done.returncode in {1, 2, 3, 4}
    assert "internal error" not in done.stderr
    assert tree(work) == before
    assert "root:" not in done.stdout + done.stderr


TOO_LONG = [
    ("inspect", LONG),
    ("pack", LONG, "--to", "bags"),
    ("verify", LONG),
    ("verify", "in", "--profile", LONG),
    ("validate", LONG),
    ("compare", LONG, LONG),
    ("compare", f"04{LONG}1", f"04{LONG}1"),
    ("compare", "--corpus", LONG, LONG),
    ("bag", "info", LONG),
    ("bag", "list", LONG),
    ("bag", "index", LONG),
    ("bag", "extract", LONG, "--to", "out"),
    ("bag", "extract", LONG, "--to", "out", "--by-index"),
    ("bag", "convert", LONG, "--to", "out"),
    ("bag", "make", "in", "--to", LONG, "--name", "x"),
    ("bag", "make", LONG, "--to", "bags", "--name", "x"),
    ("bag", "make", "in", "--to", "bags", "--name", "a" * 255, "--form", "tar"),
    ("bag", "make", "in", "--to", "bags", "--name", "x", "--info-file", LONG),
    ("bag", "make", "in", "--to", "bags", "--name", "x", "--tag-file", f"x={LONG}"),
    ("export", "metadata", LONG, "--as", "mods"),
    ("export", "metadata", "all", "--as", "mods", "--to", LONG),
    ("get", LONG, "--to", "out"),
    ("deposit", LONG, "--to", "out"),
    ("deposit", "x", "--to", f"s3:{LONG}"),
    ("schema", "show", LONG),
    ("list", "--settings", LONG),
]


@pytest.mark.parametrize("call", TOO_LONG, ids=lambda call: " ".join(call).replace(LONG, "LONG")[:60])
def test_a_name_that_no_disk_can_have_is_told(call: tuple[str, ...], archive: str, work: Path) -> None:
    (work / "in").mkdir()
    (work / "in/one.txt").write_bytes(b"1")
    done = preserve(*call, cwd=work, PRESERVE_ARCHIVE=archive)
    assert done.returncode in {1, 2, 3, 4, 5}
    assert "internal error" not in done.stdout + done.stderr


def test_a_path_in_a_suggested_command_is_quoted(work: Path) -> None:
    # People copy what a hint says into a shell.
    name = "x; touch out $(touch out)"
    (work / "in").mkdir()
    (work / "in/one.txt").write_bytes(b"1")
    made = make_bag(work / "in", work / "bags", "x")
    made.path.rename(work / name)
    (work / name / "tagmanifest-sha512.txt").write_text("altered")
    for call in (["export", "metadata", name, "--as", "mods"], ["compare", name, name]):
        done = preserve(*call, cwd=work)
        assert f"verify '{name}'" in done.stderr


# the pieces


@pytest.mark.parametrize("what", NAMES)
def test_what_is_made_of_a_name_is_portable(what: str) -> None:
    made = portable_name(NAMES[what])
    assert re.fullmatch(r"[A-Za-z0-9._-]+", made)
    assert Path("place", made).parts[:1] == ("place",)


def test_a_contract_is_found_by_its_name_alone() -> None:
    for name in NAMES.values():
        with pytest.raises(UsageError):
            find_contract(name)
    with pytest.raises(FileNotFoundError):
        contract_bytes("../pyproject.toml")
    with pytest.raises(FileNotFoundError):
        contract_bytes("/etc/passwd")
