"""Nothing that a stranger wrote acts on a terminal or makes a line of its own, whichever verb prints it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import unicodedata
from pathlib import Path

import pytest
from tests.bag.fixtures import bag
from tests.cli.command import environment, json_lines, preserve, program

FORGED = "stored     04REAL1.txt  ->  04REAL1"
EVIL = (
    f"x\x1b[2J\x1b]0;t\x07\x9b31m\x7f\x08\rA\n{FORGED}\u2028{FORGED}\u2029\x85{FORGED}\u202e\u2066\u200f\ud800"
    "[bold]b[/bold][link=file:a]l[/link]:smile:{0}%s"
)
"""What acts on terminals, breaks lines, turns the direction of writing, or is markup to a library that draws."""

NAME = EVIL.replace("/", "-").replace("\ud800", "\udcff")[:200]
FIXTURE = Path(__file__).parents[1] / "fixtures/cablebrowser/05STRELSAU4281.lines.txt"
CABLE = f"page{NAME[:60]}.txt"


def check(done: subprocess.CompletedProcess[str]) -> None:
    """No line is forged, and what is printed are lines of characters that print."""
    for text in (done.stdout, done.stderr):
        # The lines of JSON are for programs too that break at whatever Unicode calls a line break.
        assert text.splitlines() == text.split("\n")[: text.count("\n")]
        assert not [each for each in text.splitlines() if each.startswith("stored     04REAL1")]
        bad = {each for each in text if unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and each != "\n"}
        assert not bad
    assert "internal error" not in done.stderr
    assert "Traceback" not in done.stderr


def both(*arguments: str | Path, cwd: Path) -> None:
    """Run a verb for people and for programs."""
    check(preserve(*arguments, cwd=cwd))
    done = preserve(*arguments, "--json", cwd=cwd)
    check(done)
    json_lines(done)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    pages = tmp_path / "pages"
    pages.mkdir()
    text = FIXTURE.read_text("utf-8").replace(" THE ", f" \x1b[31m\x9b1m\u202e\x85{FORGED}\u2028{FORGED} THE ")
    (pages / CABLE).write_text(text, encoding="utf-8")
    (pages / NAME).write_bytes(b"\xff\xfe")
    return tmp_path


def test_the_name_of_a_source_and_the_text_of_a_page(work: Path) -> None:
    preserve("init", cwd=work)
    for verb in (["inspect"], ["pack", "--to", "bags"], ["ingest"], ["ingest"]):
        both(*verb, "pages", cwd=work)
    bags = [each["bag"] for each in json_lines(preserve("list", "--json", cwd=work))]
    assert bags
    for verb in (["list"], ["show", bags[0]], ["events", bags[0]], ["audit"], ["audit", bags[0]]):
        both(*verb, cwd=work)
    both("get", bags[0], "--to", f"got{NAME}", cwd=work)
    both("compare", "pages/" + NAME, f"pages/{CABLE}", cwd=work)
    (work / NAME).mkdir()
    both("compare", "--corpus", "pages", NAME, cwd=work)
    both("catalogue", "rebuild", cwd=work)


def test_names_and_fields_of_a_bag(tmp_path: Path) -> None:
    info = f"Contact-Name: {EVIL}".encode("utf-8", "replace")
    path = tmp_path / NAME
    bag(path, {NAME.replace("\udcff", ""): b"1", "2.txt": b"2"}, tags={"bag-info.txt": info + b"\n"})
    (path / f"{NAME}.txt").write_bytes(b"")
    (path / "data" / f"more{NAME}").write_bytes(b"")
    name = path.name
    for flags in ([], ["--path", "*x*"], ["--profile", "btr"], ["--with-bagit"]):
        both("verify", *flags, name, cwd=tmp_path)
    both("bag", "info", name, cwd=tmp_path)
    both("bag", "list", name, cwd=tmp_path)
    both("bag", "extract", name, "--to", f"out{NAME}", cwd=tmp_path)
    both("bag", "convert", name, "--to", f"new{NAME}", cwd=tmp_path)
    both("bag", "index", name, cwd=tmp_path)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / NAME).write_bytes(b"")
    (tmp_path / "files" / f"link{NAME}").symlink_to(EVIL.replace("\ud800", ""))
    both("bag", "make", "files", "--to", f"made{NAME}", "--name", "b", cwd=tmp_path)
    both(
        "bag",
        "make",
        "files",
        "--to",
        f"made{NAME}",
        "--name",
        "b",
        "--links",
        "follow",
        "--hidden",
        "exclude",
        cwd=tmp_path,
    )


def test_names_values_and_keys_of_documents(tmp_path: Path) -> None:
    evil = EVIL.replace("\ud800", "")
    (tmp_path / f"{NAME}.json").write_text(json.dumps({"schema_version": "1.0.0", EVIL: EVIL, "identifier": EVIL}))
    (tmp_path / f"{NAME}.xml").write_bytes(f'<TEI xmlns="{evil[60:]}"><a b="&#x202e;{FORGED}">'.encode())
    (tmp_path / f"{NAME}.toml").write_text(f'[archive]\nroot = "\\u0007\\n{FORGED}"\n"\\u001b[2J\\n{FORGED}" = 1\n')
    both("validate", ".", cwd=tmp_path)
    for kind in ("record", "tei", "premis", "crate", "settings", "log", "outcome"):
        for file in sorted(tmp_path.iterdir()):
            both("validate", "--as", kind, file.name, cwd=tmp_path)
    both("list", "--settings", f"{NAME}.toml", cwd=tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify", EVIL],
        [EVIL],
        ["verify", f"--x\n{FORGED}\x1b[2J"],
        ["verify", "--depth", f"x\n{FORGED}\x1b[2J", "."],
        ["verify", "--seal", f"x\n{FORGED}\x1b[2J", "."],
        ["schema", "show", f"x\n{FORGED}\x1b[2J"],
        ["show", f"x\n{FORGED}\x1b[2J"],
        ["export", "metadata", f"x\n{FORGED}\x1b[2J", "--as", f"y\n{FORGED}\x1b[2J"],
        ["deposit", "x", "--to", f"y\n{FORGED}\x1b[2J"],
        ["inspect", "--rows", f"y\n{FORGED}\x1b[2J", "x"],
        ["inspect", "--release", f"y\n{FORGED}\x1b[2J", "x"],
    ],
    ids=lambda arguments: " ".join(arguments)[:12],
)
def test_words_of_the_call_which_a_shell_may_have_made_of_names(arguments: list[str], tmp_path: Path) -> None:
    preserve("init", cwd=tmp_path)
    words = [each.replace("\ud800", "\udcff") for each in arguments]
    done = preserve(*words, cwd=tmp_path)
    check(done)
    assert done.returncode


def on_terminal(*arguments: str, cwd: Path) -> str:
    """Return what a terminal gets that is all that the command has."""
    terminal, end = pty.openpty()
    run = subprocess.Popen(
        [*program(), *arguments],
        cwd=cwd,
        env=environment(TERM="xterm"),
        stdin=subprocess.DEVNULL,
        stdout=end,
        stderr=end,
    )
    os.close(end)
    got = bytearray()
    try:
        while chunk := os.read(terminal, 1 << 16):
            got += chunk
    except OSError:  # what Linux gives at the end of a terminal
        pass
    os.close(terminal)
    run.wait()
    return got.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("view", ["record", "tei", "premis", "html", "text"])
def test_a_document_on_a_terminal_has_nothing_that_acts_on_it(view: str, work: Path) -> None:
    page = f"pages/{CABLE}"
    shown = on_terminal("inspect", page, "--as", view, cwd=work)
    assert "31m" in shown or view == "premis"
    assert not {each for each in shown if not each.isprintable()} - set("\n\t\xa0")
    piped = preserve("inspect", page, "--as", view, cwd=work).stdout
    if view == "record":
        # A pipe gets the document itself.
        assert "\x9b" in piped


def test_markup_in_a_name_is_not_drawn_where_there_is_a_bar(work: Path) -> None:
    shown = on_terminal("pack", "pages", "--to", "bags", "--jobs", "1", cwd=work)
    assert "[bold]b[-bold]" in shown.replace("\n", "")
    assert "\x1b]8;" not in shown
    assert "\x1b[2J" not in shown
