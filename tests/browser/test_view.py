"""The page of a cable in a real browser: seen, measured, heard as a screen reader hears it, printed."""

from __future__ import annotations

import datetime
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.browser.chromium import Browser
from tests.tei.cables import SOFTWARE, full
from tests.tei.test_view import ADDRESSES, HOSTILE, TRICKS, hostile

from preserve.cable.normalization import normalize
from preserve.cable.record import Cable, Recipient, Rights, Transmission
from preserve.readers.reader import SourceItem, read_page, registered_readers
from preserve.tei.encode import encode_tei
from preserve.tei.view import render_page

FIXTURES = Path(__file__).parents[1] / "fixtures/cablebrowser"
RIGHTS = Rights(copyright="http://rightsstatements.org/vocab/NoC-US/1.0/", advisory="Names private persons.")


def read(data: bytes) -> Cable:
    item = SourceItem("page.txt", data, "page.txt")
    return normalize(read_page(item, registered_readers()), RIGHTS)


def seed() -> Cable:
    return read((FIXTURES / "05STRELSAU4281.flattened.txt").read_bytes())


def sections() -> Cable:
    return read((FIXTURES / "07STRELSAU112.lines.txt").read_bytes())


def cut_off() -> Cable:
    """The page with its lines, ended in the middle of the second paragraph."""
    text = (FIXTURES / "05STRELSAU4281.lines.txt").read_text(encoding="utf-8")
    return read(text[: text.index("2. (C)") + 150].encode())


def long() -> Cable:
    """A cable of many sections, a table, a list, long words, many addressees."""
    text = (FIXTURES / "07STRELSAU112.lines.txt").read_text(encoding="utf-8")
    table = (
        "Name:               A. Hope \nRank:               Duke of Strelsau, with a very long title after his name \n"
    )
    parts = [
        f"\n{'-' * 20} \nThe {number}th Bridge \n{'-' * 20} \n \n{number}. (C) The bridge of Zenda was opened again. "
        f"\nIt has stood for {number} years. See \nhttp://lanternpost.example/{'a' * 150} \n \n-- one \n-- two \n "
        f"\n{table} \n"
        for number in range(5, 45)
    ]
    cable = read(text.replace("DELACOURT", "".join(parts) + "DELACOURT").encode())
    many = tuple(Recipient(text=f"POST {n}", name=f"AMEMBASSY ZENDA {n}", precedence="PRIORITY") for n in range(60))
    assert cable.transmission is not None
    return replace(cable, transmission=Transmission(action=cable.transmission.action, info=many))


@dataclass(frozen=True)
class Shown:
    """A cable and the file of its page."""

    cable: Cable
    page: Path


CABLES = {"seed": seed, "sections": sections, "cut-off": cut_off, "long": long, "every-mark": full, "hostile": hostile}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Shown]:
    folder = tmp_path_factory.mktemp("pages")
    made = {}
    for name, make in CABLES.items():
        cable = make()
        tei = encode_tei(cable, software=SOFTWARE, date=datetime.date(2026, 11, 23), source_path="../source/a.txt")
        (folder / f"{name}.html").write_bytes(render_page(tei))
        made[name] = Shown(cable, folder / f"{name}.html")
    return made


@pytest.fixture(params=CABLES)
def shown(request: pytest.FixtureRequest, pages: Mapping[str, Shown]) -> Shown:
    return pages[request.param]


def colours(png: bytes) -> int:
    """Return how many colours a picture has (PNG, 8 bits a channel, not interlaced: what a browser takes)."""
    width, _height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", png[16:29])
    assert (depth, interlaced) == (8, 0)
    size = {2: 3, 6: 4}[kind]
    at, packed = 8, b""
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        packed += png[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        at += 12 + length
    raw = zlib.decompress(packed)
    row, before = width * size, bytearray(width * size)
    found: set[bytes] = set()
    for start in range(0, len(raw), row + 1):
        line = bytearray(raw[start + 1 : start + 1 + row])
        _unfilter(raw[start], line, before, size)
        found.update(bytes(line[x : x + size]) for x in range(0, row, size))
        before = line
    return len(found)


def _unfilter(kind: int, line: bytearray, above: bytearray, size: int) -> None:
    """Undo the filter of one line in place (PNG, third edition, 9.2)."""
    for x in range(len(line)):
        left = line[x - size] if x >= size else 0
        corner = above[x - size] if x >= size else 0
        estimate = left + above[x] - corner
        nearest = min((left, above[x], corner), key=lambda each: abs(estimate - each))
        line[x] = (line[x] + (0, left, above[x], (left + above[x]) // 2, nearest)[kind]) & 255


def test_the_page_is_seen_and_named_and_asks_for_nothing(browser: Browser, shown: Shown) -> None:
    browser.open(shown.page)
    assert browser.value("document.title").startswith(shown.cable.identifier)
    assert browser.value("document.compatMode") == "CSS1Compat"
    assert browser.value("document.documentElement.scrollHeight") > 900
    assert colours(browser.picture(300, 0, 300, 200)) > 20
    assert browser.requests == [shown.page.resolve().as_uri()]
    assert browser.complaints == []


@pytest.mark.parametrize("width", [320, 400, 1100])
def test_no_page_is_wider_than_its_window(browser: Browser, shown: Shown, width: int) -> None:
    browser.open(shown.page, width=width)
    assert browser.value("document.documentElement.scrollWidth") <= width
    beyond = """[...document.querySelectorAll('body *:not(.hidden):not(.skip)')]
        .filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"""
    assert browser.value(beyond) == []


# What WCAG 2.2 (1.4.3) asks of each text that is seen: its colour on the nearest ground that has one.
_FAINT = """(() => {
  const channels = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = c => { const [r, g, b] = channels(c).slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if (channels(c).length === 3) return c; } return 'rgb(255, 255, 255)'; };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), faint = [];
  let seen = 0;
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !e.checkVisibility() || e.closest('.hidden, .skip')) continue;
    seen++;
    const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) faint.push(e.outerHTML.slice(0, 80));
  }
  return {seen, faint};
})()"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_that_is_seen_has_contrast(browser: Browser, shown: Shown, dark: bool) -> None:
    browser.open(shown.page, dark=dark)
    measured = browser.value(_FAINT)
    assert measured["seen"] > 20
    assert measured["faint"] == []


def test_the_two_schemes_differ(browser: Browser, pages: Mapping[str, Shown]) -> None:
    grounds = []
    for dark in (False, True):
        browser.open(pages["seed"].page, dark=dark)
        grounds.append(browser.value("getComputedStyle(document.body).backgroundColor"))
    assert len(set(grounds)) == 2


def test_a_screen_reader_is_told_landmarks_and_redactions(browser: Browser, pages: Mapping[str, Shown]) -> None:
    browser.open(pages["sections"].page)
    outline = browser.outline()
    roles = [role for role, _ in outline]
    assert {"banner", "main", "article", "contentinfo", "rowheader", "table"} <= set(roles)
    assert {name for role, name in outline if role == "heading"} == {
        "THE CANAL AND THE RESERVE: WHAT THE NEW MINISTER OF FINANCE SAYS",
        "About this cable", "Text", "SUMMARY", "A Reserve of Mud", "Marks in the text", "Source", "Rights and access",
    }  # fmt: skip
    heard = [name for role, name in outline if role == "StaticText"]
    assert heard.count("redacted, 12 characters") == 2
    assert not any("XXXX" in name for name in heard)
    assert any("[NAME" in name for name in heard)


_AS_CAPTURED = """(() => {
  const text = document.getElementById('d1');
  text.querySelectorAll('.added').forEach(e => e.remove());
  const range = document.createRange();
  range.selectNodeContents(text);
  return {
    text: text.textContent,
    boxes: [...text.querySelectorAll('*')]
      .filter(e => !['inline', 'none'].includes(getComputedStyle(e).display)).length,
    lines: Math.round(range.getBoundingClientRect().height / parseFloat(getComputedStyle(text).lineHeight)),
  };
})()"""


@pytest.mark.parametrize("name", ["sections", "cut-off"])
def test_as_captured_each_line_is_that_of_the_source(browser: Browser, pages: Mapping[str, Shown], name: str) -> None:
    browser.open(pages[name].page)
    assert browser.value("getComputedStyle(document.querySelector('#d1 p')).whiteSpace") == "normal"
    browser.value("document.getElementById('as-captured').click()")
    assert browser.value("getComputedStyle(document.querySelector('#d1 p')).whiteSpace") == "pre-wrap"
    captured, text = browser.value(_AS_CAPTURED), pages[name].cable.body.text
    assert captured == {"text": text, "boxes": 0, "lines": text.rstrip("\n").count("\n") + 1}


def test_a_page_on_paper_has_no_controls_and_all_of_its_text(browser: Browser, pages: Mapping[str, Shown]) -> None:
    browser.open(pages["sections"].page, medium="print")
    shown = "e => getComputedStyle(document.querySelector(e)).display"
    assert [browser.value(f"({shown})('{e}')") for e in ("#as-captured", "label", ".skip")] == ["none"] * 3
    assert browser.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    printed = browser.pdf()
    assert printed.startswith(b"%PDF")
    assert 2 <= printed.count(b"/Type /Page\n") <= 5


def test_hostile_text_is_shown_as_text(browser: Browser, pages: Mapping[str, Shown]) -> None:
    browser.open(pages["hostile"].page)
    assert (
        browser.value("document.querySelectorAll('script, img, iframe, object, embed, form, link, base').length") == 0
    )
    assert browser.value("document.querySelector('h1').textContent") == HOSTILE
    assert browser.value("[...document.links].filter(a => !/^(file|https?):$/.test(a.protocol)).length") == 0


def test_no_trick_of_markup_or_address_runs_or_leads_away(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    tricks = [(words, "x") for words in TRICKS] + [(f"see {address}", address) for address in ADDRESSES]
    for words, address in tricks:
        tei = encode_tei(
            hostile(words, address), software=SOFTWARE, date=datetime.date(2026, 11, 23), source_path="../source/a.txt"
        )
        page.write_bytes(render_page(tei))
        browser.open(page)
        browser.value("document.querySelectorAll('a[href]').forEach(a => a.click())")
        assert browser.value("typeof window.ran") == "undefined", (words, address)
        assert browser.value("location.pathname") == str(page.resolve())
        assert {each.partition("#")[0] for each in browser.requests} == {page.resolve().as_uri()}
        assert browser.complaints == []


def test_the_policy_holds_where_markup_gets_in_all_the_same(browser: Browser, pages: Mapping[str, Shown]) -> None:
    """What a later hand may put into the page is not run and not fetched."""
    browser.open(pages["seed"].page)
    browser.value("document.body.insertAdjacentHTML('beforeend', '<img src=\"http://lanternpost.example/a.png\">')")
    browser.value(
        "document.body.appendChild(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))"
    )
    browser.value("new Promise(done => setTimeout(done, 200))")
    assert browser.value("typeof window.ran") == "undefined"
    assert browser.refused == ["csp"]
    assert len(browser.complaints) == 2
