"""A stranger's folder: what is laid into the folder of captured pages that somebody runs preserve in.

That no code there is run is tested with the engine; here it is what settings and bags there can decide.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.cli.command import preserve

PAGE = Path(__file__).parents[1] / "fixtures" / "plain_text" / "04STRELSAU19.txt"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stranger's folder with one page; the user's own archive lies elsewhere."""
    (tmp_path / "home").mkdir()
    (tmp_path / "stranger").mkdir()
    preserve("init", "--archive", "own", cwd=tmp_path / "home")
    shutil.copy(PAGE, tmp_path / "stranger")
    return tmp_path / "stranger"


OWN = ("--archive", "../home/own")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('[access]\nlevel = "open"\n', "access.level = open"),
        ('[archive]\nroot = "theirs"\n', "archive.root = "),
        ('[organisation]\nname = "Nobody"\n', "organisation.name = Nobody"),
        ('[rights]\nadvisory = """\nstored  x\nstored  y"""\n', "rights.advisory = stored x stored y"),
        ('[bags]\nform = "zip"\ndigests = ["sha256", "md5"]\n', "bags.digests = sha256, md5, bags.form = zip"),
    ],
)
def test_what_found_settings_decide_is_said_before_anything_is_written(line: str, said: str, folder: Path) -> None:
    (folder / "preserve.toml").write_text(line)
    preserve("init", "--archive", "theirs", cwd=folder)
    first = preserve(
        "ingest", PAGE.name, cwd=folder, stdin=b"", **({} if "root" in line else {"PRESERVE_ARCHIVE": OWN[1]})
    )
    assert first.returncode == 0
    note = first.stderr.splitlines()[0]
    assert note.startswith("settings  preserve.toml of this folder: ")
    assert said in note
    assert len(first.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "call",
    [
        ("audit",),
        ("catalogue", "rebuild"),
        ("deposit", "04STRELSAU19", "--to", "copies"),
        ("get", "04STRELSAU19", "--to", "taken"),
        ("export", "metadata", "all", "--as", "mods", "--to", "out"),
        ("export", "cmif", "--licence", "cc0", "--url", "https://example.org/"),
    ],
    ids=" ".join,
)
def test_every_verb_that_writes_says_whose_archive_it_is(call: tuple[str, ...], folder: Path) -> None:
    (folder / "preserve.toml").write_text('[archive]\nroot = "theirs"\n')
    done = preserve(*call, cwd=folder)
    assert done.stderr.startswith(f"settings  preserve.toml of this folder: archive.root = {folder}/theirs"[:90])


def test_settings_that_were_named_or_decide_nothing_are_not_said(folder: Path) -> None:
    (folder / "preserve.toml").write_text('[access]\nlevel = "open"\n[bags]\n')
    for named in ({"PRESERVE_SETTINGS": "preserve.toml"}, {"PRESERVE_ACCESS_LEVEL": "restricted"}):
        assert preserve("pack", PAGE.name, "--to", f"bags{len(named)}", cwd=folder, stdin=b"", **named).stderr == ""
    call = ("pack", PAGE.name, "--to", "bags", "--settings", "preserve.toml")
    assert preserve(*call, cwd=folder).stderr == ""


@pytest.mark.parametrize(
    "text",
    [
        '[plugins]\nreaders = ["evil"]\n',
        '[deposit]\nto = "sftp://evil.example/"\n',
        '[readers]\nmodule = "evil"\n',
        'import = "evil"\n',
        '[archive]\nroot = "~/archive"\n',
        '[archive]\nroot = "a\\u0000b"\n',
        '[rights]\ncopyright = "javascript:alert(1)"\n',
        '[rights]\ncopyright = "file:///etc/passwd"\n',
        '[organisation]\nname = "a\\nb"\n',
        '[bags]\ngroup = "../x"\n',
        '[bags]\nform = "../x"\n',
    ],
)
def test_settings_load_nothing_and_send_nothing_anywhere(text: str, folder: Path) -> None:
    (folder / "preserve.toml").write_text(text)
    before = sorted(path.name for path in folder.iterdir())
    done = preserve("ingest", PAGE.name, *OWN, cwd=folder)
    assert done.returncode == 1
    assert done.stdout == ""
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_dangling_link_is_not_passed_over(folder: Path) -> None:
    (folder / "preserve.toml").symlink_to("nowhere")
    assert preserve("ingest", PAGE.name, *OWN, cwd=folder).returncode == 1


@pytest.mark.parametrize("asked", ["04STRELSAU19", "04STRELSAU19/v1"])
def test_a_bag_of_the_folder_is_not_taken_for_the_stored_one(asked: str, folder: Path) -> None:
    assert preserve("ingest", PAGE.name, *OWN, cwd=folder).returncode == 0
    text = PAGE.read_text("utf-8")
    (folder / "planted").mkdir()
    (folder / "planted" / PAGE.name).write_text(text.replace("UNCLAS", "SECRET"), "utf-8")
    preserve("pack", "planted", "--to", "x", cwd=folder)
    (folder / asked).parent.mkdir(exist_ok=True)
    (folder / "x/04STRELSAU19").rename(folder / asked)
    assert (folder / asked / "bagit.txt").is_file()
    for call in (["export", "metadata", asked, "--as", "mods"], ["compare", asked, PAGE.name]):
        done = preserve(*call, *OWN, cwd=folder)
        assert done.returncode == 1
        assert f"Write ./{asked} for the one that lies here" in done.stderr
    here = preserve("export", "metadata", f"./{asked}", "--as", "mods", *OWN, cwd=folder)
    assert here.returncode == 0
    # Where no archive has it, the name means what lies there, as ever.
    assert preserve("export", "metadata", asked, "--as", "mods", cwd=folder).returncode == 0
    assert preserve("compare", asked, PAGE.name, cwd=folder).returncode == 0
