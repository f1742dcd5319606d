"""The way of one cable, and of many: golden files, equal bytes, agreement with bagit-python, care for redactions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pytest

from preserve.archive.opening import initialise
from preserve.bag.verifying.verification import verify
from preserve.clock import Clock
from preserve.errors import ExitCode
from preserve.findings import Severity, worst
from preserve.ingest import one_cable as flow, prepare
from preserve.ingest.batch import ingest, pack
from preserve.ingest.one_cable import NormalizedCable, bag_of_one, normalize_source, render_cable
from preserve.ingest.outcome import Fate, ItemOutcome
from preserve.provenance import crate_check, premis
from preserve.provenance.software import Software
from preserve.readers.reader import SourceItem, SourceRef
from preserve.readers.sources.walk import load_source, walk_sources
from preserve.settings import BagForm, BagSettings, Settings

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "fixtures/cablebrowser").glob("*.txt"))
GOLDEN = ROOT / "golden/cables"
CLOCK = Clock(datetime(2026, 1, 31, 9, 30, tzinfo=UTC))
PARTS = (("python", "3"), ("lxml", "6"), ("libxml2", "2"), ("jsonschema", "4"), ("jsonschema-rs", "0"))
SOFTWARE = Software("preserve", "0.0.0", None, PARTS)
SETTINGS = Settings()


def contents(page: Path) -> dict[str, bytes]:
    understood = normalize_source(load_source(SourceRef(str(page), page)), SETTINGS)
    rendered = render_cable(understood, settings=SETTINGS, software=SOFTWARE, at=CLOCK.now())
    assert worst(rendered.findings) is not Severity.ERROR, rendered.findings
    bag = bag_of_one(rendered, settings=SETTINGS, software=SOFTWARE, at=CLOCK.now())
    info = "".join(f"{label}: {value}\n" for label, value in bag.info).encode()
    return {"bag-info.txt": info} | {file.path.value: file.data for file in bag.files}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_files_of_a_made_up_page_are_the_golden_ones(page: Path, accept_golden: bool) -> None:
    files = contents(page)
    for name, data in files.items():
        if name.startswith("source/"):
            assert data == page.read_bytes()
            continue
        golden = GOLDEN / page.stem / name
        if accept_golden:
            golden.parent.mkdir(parents=True, exist_ok=True)
            golden.write_bytes(data)
        # Line by line, so that a difference says where.
        assert _lines(data) == _lines(golden.read_bytes()), name


def _lines(data: bytes) -> list[str]:
    text = data.decode("utf-8")
    return (
        json.dumps(json.loads(text), indent=1, ensure_ascii=False).splitlines() if text[0] == "{" else text.split("\n")
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_premis_and_crate_of_a_made_up_page_are_valid(page: Path) -> None:
    files = contents(page)
    [document] = [data for name, data in files.items() if name.startswith("premis/")]
    assert premis.check_premis(document) == ()
    paths = [f"data/{name}" for name in files if name != "bag-info.txt"]
    assert crate_check.check_crate(files["ro-crate-metadata.json"], paths) == ()


def run(archive: Path, pages: list[Path], settings: Settings = SETTINGS, jobs: int = 1) -> list[ItemOutcome]:
    with initialise(archive, CLOCK) as place:
        refs = walk_sources(map(str, pages))
        return list(ingest(place, refs, settings=settings, clock=CLOCK, software=SOFTWARE, jobs=jobs))


def bytes_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        # The catalogue is an index with pages of its own making; locks and its journal are no content.
        if path.is_file() and not path.name.startswith(("catalogue.sqlite", ".writing")):
            yield path.relative_to(folder).as_posix(), path.read_bytes()


@pytest.mark.parametrize("form", ["directory", "tar", "zip"])
def test_two_archives_of_the_same_sources_are_equal_byte_for_byte(form: BagForm, tmp_path: Path) -> None:
    settings = Settings(bags=BagSettings(form=form, digests=("sha512", "sha256")))
    for name in ("one", "two"):
        assert {outcome.fate for outcome in run(tmp_path / name, PAGES, settings)} == {Fate.STORED}
    one, two = (dict(bytes_of(tmp_path / name)) for name in ("one", "two"))
    assert list(one) == list(two)
    assert [name for name in one if one[name] != two[name]] == []


def test_bagit_python_accepts_every_bag_and_so_do_we(tmp_path: Path) -> None:
    outcomes = run(tmp_path / "archive", PAGES)
    assert len(outcomes) == len(PAGES)
    for outcome in outcomes:
        assert outcome.path is not None
        assert bagit.Bag(str(outcome.path)).validate()
        report = verify(outcome.path, seal=outcome.seal)
        assert report.valid
        assert worst(report.findings) in {None, Severity.NOTE}


def test_outcomes_come_in_the_order_of_the_sources_and_no_bad_one_stops_the_rest(tmp_path: Path) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"no cable")
    order = [PAGES[0], bad, tmp_path / "missing", PAGES[0], PAGES[-1]]
    outcomes = run(tmp_path / "archive", order)
    assert [outcome.fate for outcome in outcomes] == [
        Fate.STORED, Fate.REJECTED, Fate.FAILED, Fate.UNCHANGED, Fate.STORED
    ]  # fmt: skip
    assert [outcome.source for outcome in outcomes] == [str(path) for path in order]
    assert {outcome.exit_code for outcome in outcomes} == {ExitCode.GOOD, ExitCode.SOURCE}


def test_pack_never_replaces_what_has_the_name(tmp_path: Path) -> None:
    page = PAGES[0]
    changed = tmp_path / "changed.txt"
    changed.write_text(page.read_text(encoding="utf-8").replace("2011-10-04", "2012-01-01"), encoding="utf-8")

    def once(path: Path) -> ItemOutcome:
        refs = walk_sources([str(path)])
        [outcome] = pack(tmp_path / "bags", refs, settings=SETTINGS, clock=CLOCK, software=SOFTWARE)
        return outcome

    first, again, other = once(page), once(page), once(changed)
    assert (first.fate, again.fate, other.fate) == (Fate.STORED, Fate.UNCHANGED, Fate.REJECTED)
    assert first.seal == again.seal
    assert "is there already" in (other.error or "")
    assert first.path is not None
    assert verify(first.path, seal=first.seal).valid
    assert [path.name for path in (tmp_path / "bags").iterdir()] == [first.path.name]


def test_what_one_release_hides_is_nowhere_in_the_files_of_that_release(tmp_path: Path) -> None:
    """A redacted and an unredacted twin of one cable in one archive: neither's files know of the other."""
    page = PAGES[0].read_text(encoding="utf-8")
    name = "Rudolf Zenda-Hentzau"
    assert name not in page
    anchor = "1. (C) "
    assert anchor in page
    open_text = page.replace(anchor, f"{anchor}{name} spoke first. ", 1)
    hidden = page.replace(anchor, f"{anchor}XXXXXXXXXXXX spoke first. ", 1)
    paths = []
    for number, text in enumerate((open_text, hidden)):
        path = tmp_path / f"{number}.txt"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    first, second = run(tmp_path / "archive", paths)
    assert (first.version, second.version) == (1, 2)
    assert second.path is not None
    hidden_files = dict(bytes_of(second.path))
    assert [name_ for name_, data in hidden_files.items() if b"Zenda-Hentzau" in data] == []
    record = json.loads(next(data for path, data in hidden_files.items() if path.startswith("data/record/")))
    assert record["redaction"]["status"] == "redacted"
    # What is told of the batch tells nothing of the text either.
    events = b"".join(data for path, data in bytes_of(tmp_path / "archive/events"))
    assert b"Zenda-Hentzau" not in events


def test_a_fault_of_ours_in_one_item_is_told_without_its_text_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "the text of a cable"
    real = flow.normalize_source

    def faulty(item: SourceItem, settings: Settings) -> NormalizedCable:
        if item.where == str(PAGES[0]):
            raise ValueError(secret)
        return real(item, settings)

    monkeypatch.setattr(prepare, "normalize_source", faulty)
    bad, good = run(tmp_path / "archive", [PAGES[0], PAGES[-1]])
    assert (bad.fate, bad.exit_code, good.fate) == (Fate.FAILED, ExitCode.USAGE, Fate.STORED)
    assert bad.error is not None
    assert "internal error: ValueError in test_one_cable.py, line" in bad.error
    assert secret not in bad.error
