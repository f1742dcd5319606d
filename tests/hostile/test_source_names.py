"""The name of a source and the words of a page make no line, field, element or formula of their own in bag and log."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import bagit
import pytest
from lxml import etree
from tests.cli.command import json_lines, preserve

FIXTURE = Path(__file__).parents[1] / "fixtures/cablebrowser/05STRELSAU4281.lines.txt"
BREAKS = ["\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
"""What somebody takes for the end of a line: RFC 8493, Python's splitlines, or an editor."""

NAME = "".join(f"x{each}Access: open{each}tag:y" for each in BREAKS) + "\x1b[2J\u202e]]><a>&amp;\"'.txt"
FORMULA = "=cmd|' /C calc'!A0"


def texts(number: int) -> str:
    """Return a page that has hostile words wherever a page has words of its own."""
    text = FIXTURE.read_text("utf-8").replace("4281", f"{number}").replace("004281", f"00{number}")
    for label in ("Origin", "Classification", "Tags"):
        text = text.replace(f"{label}: ", f"{label}: {FORMULA}\u2028Access: open\x85Access: open ", 1)
    return text.replace("RURITANIA: ", f"{FORMULA} \x1b[31m]]><a>", 1)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with hostile pages, bags of one and of two cables made of them, and an archive that has them."""
    work = tmp_path_factory.mktemp("work")
    (work / "pages").mkdir()
    (work / "pages" / NAME).write_text(texts(4281), "utf-8")
    (work / "pages" / "=1+1,@x.txt").write_text(texts(4282), "utf-8")
    preserve("init", cwd=work)
    for arguments in (["ingest"], ["pack", "--to", "one", "--access-copy"], ["pack", "--to", "two", "--group", "2"]):
        verb, *flags = arguments
        done = preserve(verb, "pages", *flags, cwd=work)
        assert done.stdout.endswith("2 items: 2 stored\n"), done.stdout + done.stderr
    return work


def bags(work: Path) -> list[Path]:
    return sorted(path.parent for path in work.glob("**/bagit.txt"))


def test_bag_info_has_our_fields_only_whoever_reads_it(work: Path) -> None:
    for path in bags(work):
        text = (path / "bag-info.txt").read_bytes().decode()
        assert text.splitlines() == text.split("\n")[:-1]
        assert all(line.isprintable() for line in text.splitlines())
        info = bagit.Bag(str(path)).info
        assert info["Access"] == "restricted"
        assert not {"tag", "x", "y"} & set(info)


def test_each_document_is_valid_and_the_record_keeps_the_name_as_it_is(work: Path) -> None:
    names = set()
    for path in bags(work):
        assert preserve("validate", path, cwd=work).returncode == 0
        for file in path.glob("data/record/*.json"):
            names.add(json.loads(file.read_bytes())["provenance"]["source"]["name"])
        for file in path.glob("data/*/*.xml"):
            root = etree.fromstring(file.read_bytes())
            assert root.xpath("count(//*[local-name() = 'a'])") == 0
    assert names == {NAME, "=1+1,@x.txt"}


def test_a_line_of_the_log_is_one_line_to_whoever_reads_it(work: Path) -> None:
    [log] = work.glob("archive/events/*/*/*.jsonl")
    for line in log.read_bytes().decode().split("\n")[:-1]:
        json.loads(line)
    assert preserve("validate", log, cwd=work).returncode == 0
    assert len(json_lines(preserve("list", "--json", cwd=work))) == 2


def test_no_cell_of_the_table_of_a_bag_is_a_formula(work: Path) -> None:
    [table] = work.glob("two/*/data/index.csv")
    rows = list(csv.reader(table.read_text("utf-8").splitlines()))
    assert len(rows) == 3
    assert not [cell for row in rows for cell in row if not cell.isascii() or not (cell[:1].isalnum() or cell == "")]
