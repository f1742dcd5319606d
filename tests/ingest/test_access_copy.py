"""The access copy: the page for people in the bag, on request, and never in place of a stored bag."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pytest
from lxml import etree

from preserve.archive.opening import initialise
from preserve.bag.verifying.verification import verify
from preserve.clock import Clock
from preserve.ingest.batch import ingest, pack
from preserve.ingest.one_cable import bag_of_one, normalize_source, render_cable
from preserve.ingest.outcome import Fate, ItemOutcome
from preserve.package import Packager
from preserve.provenance import crate_check, premis
from preserve.provenance.software import Software
from preserve.readers.reader import SourceRef
from preserve.readers.sources.walk import load_source, walk_sources
from preserve.settings import Settings
from preserve.tei.view import render_page

PAGE = Path(__file__).resolve().parents[1] / "fixtures/cablebrowser/07STRELSAU112.lines.txt"
CLOCK = Clock(datetime(2026, 1, 31, 9, 30, tzinfo=UTC))
PARTS = (("python", "3"), ("lxml", "6"), ("libxml2", "2"), ("jsonschema", "4"), ("jsonschema-rs", "0"))
SOFTWARE = Software("preserve", "0.0.0", None, PARTS)
PACKAGER = Packager(settings=Settings(), software=SOFTWARE, clock=CLOCK)
ACCESS = "data/access/07STRELSAU112.html"
PREMIS = {"p": "http://www.loc.gov/premis/v3"}


def contents(*, access_copy: bool) -> dict[str, bytes]:
    understood = normalize_source(load_source(SourceRef(str(PAGE), PAGE)), PACKAGER.settings)
    packaging = PACKAGER.start()
    rendered = render_cable(understood, packaging, access_copy=access_copy)
    bag = bag_of_one(rendered, packaging)
    return {f"data/{file.path.value}": file.data for file in bag.files} | {"info": repr(bag.info).encode()}


def test_the_page_is_one_more_file_and_changes_only_what_speaks_of_it() -> None:
    without, with_copy = contents(access_copy=False), contents(access_copy=True)
    assert set(with_copy) - set(without) == {ACCESS}
    assert with_copy[ACCESS] == render_page(with_copy["data/tei/07STRELSAU112.xml"])
    changed = {name for name in without if without[name] != with_copy[name]}
    assert changed == {"data/premis/07STRELSAU112.xml", "data/ro-crate-metadata.json", "info"}
    assert b"TEI, access copy, provenance" in with_copy["info"]
    assert b"access copy" not in without["info"]


def test_equal_calls_give_equal_bytes() -> None:
    assert contents(access_copy=True) == contents(access_copy=True)


def test_premis_and_crate_tell_of_it_and_stay_valid() -> None:
    files = contents(access_copy=True)
    document = files["data/premis/07STRELSAU112.xml"]
    assert premis.check_premis(document) == ()
    names = etree.fromstring(document).xpath("//p:object//p:objectIdentifierValue/text()", namespaces=PREMIS)
    assert isinstance(names, list)
    assert ACCESS in names
    crate = files["data/ro-crate-metadata.json"]
    assert crate_check.check_crate(crate, [name for name in files if name != "info"]) == ()
    [entity] = [each for each in json.loads(crate)["@graph"] if each["@id"] == "access/07STRELSAU112.html"]
    assert "text/html" in json.dumps(entity["encodingFormat"])


def stored(archive: Path, *, access_copy: bool) -> ItemOutcome:
    with initialise(archive, CLOCK) as place:
        [outcome] = ingest(place, walk_sources([str(PAGE)]), PACKAGER, access_copy=access_copy)
        return outcome


def packed(folder: Path, *, access_copy: bool) -> ItemOutcome:
    [outcome] = pack(folder, walk_sources([str(PAGE)]), PACKAGER, access_copy=access_copy)
    return outcome


@pytest.mark.parametrize("put", [stored, packed])
@pytest.mark.parametrize("access_copy", [True, False])
def test_a_bag_has_the_page_when_asked(put: object, access_copy: bool, tmp_path: Path) -> None:
    assert callable(put)
    outcome = put(tmp_path / "place", access_copy=access_copy)
    assert outcome.fate is Fate.STORED
    assert (outcome.path / ACCESS).is_file() is access_copy
    assert verify(outcome.path, seal=outcome.seal).valid
    assert bagit.Bag(str(outcome.path)).validate()


@pytest.mark.parametrize("put", [stored, packed])
@pytest.mark.parametrize("first", [False, True], ids=["later-with", "later-without"])
def test_a_source_that_is_there_stays_as_it_is(put: object, first: bool, tmp_path: Path) -> None:
    """The flag says how new bags are made. A page can be made of a stored TEI at any time; a seal is for ever."""
    assert callable(put)
    place = tmp_path / "place"
    before = put(place, access_copy=first)
    again = put(place, access_copy=not first)
    assert (again.fate, again.path, again.seal) == (Fate.UNCHANGED, before.path, before.seal)
    assert (before.path / ACCESS).is_file() is first
    assert verify(before.path, seal=before.seal).valid
