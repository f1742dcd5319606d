"""Nothing is fetched: whatever addresses a page, a bag or a document names, no verb that reads opens a connection."""

from __future__ import annotations

import json
import os
import select
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.bag.fixtures import bag
from tests.cli.command import environment

from preserve import make_bag

PAGES = Path(__file__).parents[1] / "fixtures"

GUARDED = """
import json, socket, sys
from preserve.cli.main import run

TOLD = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request"}

def watch(event, arguments):
    # Processes of ours speak with each other through sockets of the system, which are no network.
    local = event.startswith("socket.") and getattr(arguments[0], "family", None) == socket.AF_UNIX
    if event in TOLD and not local:
        print("CONNECTS", event, arguments, file=sys.stderr, flush=True)

sys.addaudithook(watch)
for call in json.loads(sys.argv[1]):
    print("CALL", *call, file=sys.stderr, flush=True)
    try:
        run(call)
    except SystemExit:
        pass
"""
"""The command, with Python's own events of connections told; the libraries in C are heard by the listener."""


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    """A server that would answer nobody, but hears who comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture(scope="module")
def work(listener: socket.socket, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages, documents and bags that name the server wherever an address can stand."""
    work = tmp_path_factory.mktemp("work")
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    (work / "pages").mkdir()
    for kind in ("cablebrowser", "plain_text", "wikileaks_html"):
        for page in (PAGES / kind).iterdir():
            shutil.copy(page, work / "pages" / page.name)
    html = work / "pages/07STRELSAU112.html"
    html.write_bytes(
        f'<!DOCTYPE html SYSTEM "{url}/html.dtd"><link rel="stylesheet" href="{url}/x.css">'
        f'<base href="{url}/"><script src="{url}/x.js"></script><img src="{url}/x.png">'.encode()
        + html.read_bytes()
    )
    xml = {
        "dtd.xml": f'<!DOCTYPE TEI SYSTEM "{url}/tei.dtd"><TEI xmlns="http://www.tei-c.org/ns/1.0"/>',
        "entity.xml": f'<!DOCTYPE a [<!ENTITY x SYSTEM "{url}/x"><!ENTITY % y SYSTEM "{url}/y"> %y;]><a>&x;</a>',
        "schema.xml": '<premis xmlns="http://www.loc.gov/premis/v3" version="3.0" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="http://www.loc.gov/premis/v3 {url}/x"/>',
        "include.xml": '<TEI xmlns="http://www.tei-c.org/ns/1.0" xmlns:xi="http://www.w3.org/2001/XInclude">'
        f'<xi:include href="{url}/x"/></TEI>',
        "style.xml": f'<?xml-stylesheet href="{url}/x.xsl"?><?xml-model href="{url}/x.rng"?>'
        '<TEI xmlns="http://www.tei-c.org/ns/1.0"/>',
    }
    (work / "documents").mkdir()
    for name, text in xml.items():
        (work / "documents" / name).write_text(text)
    for name, document in {
        "schema.json": {"$schema": f"{url}/schema", "$ref": f"{url}/ref", "$id": f"{url}/id"},
        "crate.json": {"@context": f"{url}/context", "@graph": [{"@id": "ro-crate-metadata.json", "url": url}]},
        "profile.json": {"BagIt-Profile-Info": {"BagIt-Profile-Identifier": f"{url}/profile.json"}},
    }.items():
        (work / "documents" / name).write_text(json.dumps(document))
    bag(work / "fetching")
    (work / "fetching/fetch.txt").write_text(f"{url}/one 1 data/one.txt\n{url}/two - data/two.txt\n")
    made = make_bag(
        [work / "pages"],
        work,
        "claiming",
        info=[("BagIt-Profile-Identifier", f"{url}/profile.json"), ("External-Identifier", f"{url}/x")],
    )
    assert made.path == work / "claiming"
    return work


CALLS = [
    ("inspect", "pages"),
    ("inspect", "pages/07STRELSAU112.html", "--as", "tei"),
    ("inspect", "pages/07STRELSAU112.html", "--as", "html"),
    ("compare", "pages/07STRELSAU112.html", "pages/07STRELSAU112.lines.txt"),
    ("pack", "pages", "--to", "bags"),
    ("init", "--archive", "a"),
    ("ingest", "pages", "--archive", "a", "--access-copy"),
    ("list", "--archive", "a"),
    ("show", "07STRELSAU112", "--archive", "a"),
    ("events", "07STRELSAU112", "--archive", "a"),
    ("get", "07STRELSAU112", "--archive", "a", "--to", "taken"),
    ("export", "metadata", "all", "--archive", "a", "--as", "mods", "--to", "mods"),
    ("export", "metadata", "all", "--archive", "a", "--as", "schema-org", "--to", "schema-org"),
    ("export", "cmif", "--archive", "a", "--licence", "cc0", "--url", "https://example.org/", "--include-restricted"),
    ("audit", "--archive", "a"),
    ("deposit", "07STRELSAU112", "--archive", "a", "--to", "copies"),
    ("verify", "fetching", "claiming", "--with-bagit"),
    ("verify", "claiming", "--profile", "btr"),
    ("verify", "claiming", "--profile", "documents/profile.json"),
    ("bag", "info", "fetching"),
    ("bag", "list", "fetching"),
    ("bag", "extract", "fetching", "--to", "out"),
    ("bag", "convert", "fetching", "--to", "again"),
    ("bag", "convert", "claiming", "--to", "again", "--form", "tar"),
    ("validate", "documents", "a/events", "bags", "taken"),
    ("schema", "list"),
    ("formats",),
]


def test_no_verb_that_reads_connects_to_anything(work: Path, listener: socket.socket) -> None:
    done = subprocess.run(
        [sys.executable, "-c", GUARDED, json.dumps(CALLS)],
        cwd=work,
        env=environment(PYTHONPATH=os.pathsep.join(sys.path)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.count("CALL ") == len(CALLS)
    assert "CONNECTS" not in done.stderr
    assert "internal error" not in done.stderr
    assert select.select([listener], [], [], 0)[0] == []
    # What is to be fetched is told, and was not fetched.
    assert "fetch" in done.stdout
    assert not list((work / "fetching").rglob("two.txt"))


def test_the_guard_hears_a_connection(listener: socket.socket, tmp_path: Path) -> None:
    port = listener.getsockname()[1]
    command = GUARDED.replace("run(call)", f"socket.create_connection(('127.0.0.1', {port}))")
    done = subprocess.run(
        [sys.executable, "-c", command, json.dumps([["once"]])],
        cwd=tmp_path,
        env=environment(PYTHONPATH=os.pathsep.join(sys.path)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "CONNECTS socket.connect" in done.stderr
    assert select.select([listener], [], [], 10)[0] == [listener]
    listener.accept()[0].close()
