"""Every kind of document: recognised, valid as made, and each damage found at its line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.tei.cables import bare, encoded, full
from tests.validation.making import MADE, event_log, outcomes, record

from preserve.cable.record import codec
from preserve.errors import RecordError, SourceError
from preserve.findings import Severity
from preserve.validation.checks import Beside
from preserve.validation.documents import MOST_FINDINGS, UnknownKindError, validate_bytes, validate_lines
from preserve.validation.json_text import DocumentPlace
from preserve.validation.model import DocumentKind, Validated

RECORD = record().decode()
VERSIONS = {
    DocumentKind.RECORD: "1.0.0",
    DocumentKind.TEI: "1.0",
    DocumentKind.PREMIS: "3.0",
    DocumentKind.PROFILE: "1.4.0",
    DocumentKind.CRATE: "1.2",
    DocumentKind.EVENT: "1.1.0",
    DocumentKind.OUTCOME: "1.0.0",
    DocumentKind.SETTINGS: None,
}
LINES = {DocumentKind.EVENT, DocumentKind.OUTCOME}


def lines_of(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


def validated(
    kind: DocumentKind, data: bytes, asked: DocumentKind | None = None, beside: Beside | None = None
) -> Validated:
    return validate_lines("x", lines_of(data), asked) if kind in LINES else validate_bytes("x", data, asked, beside)


def codes_of(result: Validated) -> set[str]:
    return {each.finding.code for each in result.findings}


def line_of(data: str, says: str) -> int:
    return data[: data.index(says)].count("\n") + 1


@pytest.mark.parametrize("kind", DocumentKind)
def test_what_the_rooms_make_is_recognised_and_valid(kind: DocumentKind) -> None:
    data = MADE[kind]()
    result = validated(kind, data)
    assert (result.kind, result.version, result.valid) == (kind, VERSIONS[kind], True), result.findings
    assert codes_of(result) == ({"record-not-given"} if kind is DocumentKind.TEI else set())
    assert validated(kind, data, kind) == result


@pytest.mark.parametrize("kind", [DocumentKind.EVENT, DocumentKind.OUTCOME])
def test_one_line_alone_is_a_document_too(kind: DocumentKind) -> None:
    line = lines_of(MADE[kind]())[0]
    assert (validate_bytes("x", line).kind, validate_bytes("x", line).findings) == (kind, ())
    laid_out = json.dumps(json.loads(line), indent=1).encode()
    assert (validate_bytes("x", laid_out).kind, validate_bytes("x", laid_out).valid) == (kind, True)


# --- records ---

# what is done to the text, the code, the line by what stands on it, the pointer
RECORD_DAMAGE: list[tuple[str, Callable[[str], str], str, str, str]] = [
    (
        "a wrong value",
        lambda t: t.replace('"access": "restricted"', '"access": "secret"'),
        "record-invalid",
        '"access"',
        "/rights/access",
    ),
    ("a slip", lambda t: t.replace('"signed_by"', '"singed_by"'), "record-invalid", '"singed_by"', "/singed_by"),
    (
        "an unknown version",
        lambda t: t.replace('"schema_version": "1.0.0"', '"schema_version": "1.9.0"'),
        "record-version-unknown",
        '"1.9.0"',
        "/schema_version",
    ),
    (
        "a text corrected by hand",
        lambda t: t.replace("All is well", "All was well"),
        "record-digest",
        '"sha256"',
        "/body/sha256",
    ),
    (
        "a target that is gone",
        lambda t: t.replace('"target": "/tags/0"', '"target": "/tags/77"', 1),
        "record-target",
        "/tags/77",
        "/target",
    ),
    (
        "a target into a text",
        lambda t: t.replace('"target": "/tags/0"', '"target": "/subject/0"', 1),
        "record-target",
        "/subject/0",
        "/target",
    ),
    (
        "a comma lost",
        lambda t: t.replace('",\n  "body"', '"\n  "body"').replace('],\n  "body"', ']\n  "body"'),
        "json-malformed",
        '"body"',
        "",
    ),
    (
        "a name twice",
        lambda t: t.replace('{\n  "attention"', '{\n  "identifier": "x",\n  "attention"'),
        "json-repeated-name",
        '"identifier": "0',
        "/identifier",
    ),
]


@pytest.mark.parametrize(
    ("damage", "code", "stands", "where"), [row[1:] for row in RECORD_DAMAGE], ids=[row[0] for row in RECORD_DAMAGE]
)
def test_damage_to_a_record_is_found_at_its_line(
    damage: Callable[[str], str], code: str, stands: str, where: str
) -> None:
    text = damage(RECORD)
    assert text != RECORD
    result = validate_bytes("x", text.encode())
    assert not result.valid
    (located,) = (each for each in result.findings if each.finding.code == code and each.finding.where.endswith(where))
    assert located.place is not None
    assert stands in text.splitlines()[located.place.line - 1]


def test_a_slip_is_told_with_the_property_that_was_meant() -> None:
    result = validate_bytes("x", RECORD.replace('"signed_by"', '"singed_by"').encode())
    assert "did you mean 'signed_by'?" in " ".join(each.finding.message for each in result.findings)
    assert "'signed_by' is a required property" in {each.finding.message for each in result.findings}


def test_a_record_of_an_unknown_version_is_not_held_against_another() -> None:
    result = validate_bytes("x", RECORD.replace('"schema_version": "1.0.0"', '"schema_version": "2.0.0"').encode())
    assert codes_of(result) == {"record-version-unknown"}
    assert result.version is None
    assert "1.0.0" in result.findings[0].finding.message


def _edited(change: Callable[[Any], None]) -> Validated:
    value = json.loads(RECORD)
    change(value)
    return validate_bytes("x", json.dumps(value).encode())


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda r: r["body"]["segments"].pop(0), "/body/segments/0"),
        (lambda r: r["body"]["segments"].pop(), "/body/segments"),
        (lambda r: r["header"]["segments"].clear(), "/header/segments"),
        (lambda r: r["body"]["segments"][1].update(end=r["body"]["segments"][1]["start"]), "/body/segments/1"),
        (lambda r: r["body"]["marks"][0].update(end=10**6), "/body/marks/0"),
        (lambda r: r["body"]["paragraphs"][0].update(end=0), "/body/paragraphs/0"),
        (lambda r: r["body"]["sections"].append({"heading": "X", "start": 9, "end": 10**6}), "/body/sections/0"),
        (lambda r: r["redaction"]["spans"].insert(0, [5, 4]), "/redaction/spans/0"),
    ],
)
def test_offsets_that_fit_no_text_are_found(change: Callable[[Any], None], where: str) -> None:
    result = _edited(change)
    assert codes_of(result) == {"record-offset"}
    assert result.findings[0].finding.where == where


def test_a_record_without_a_header_is_true_of_itself() -> None:
    assert _edited(lambda record: record.pop("header")).findings == ()


@pytest.mark.parametrize("text", ["[]", "3", '"record"', "null"])
def test_json_that_is_no_object_is_no_record(text: str) -> None:
    assert codes_of(validate_bytes("x", text.encode(), DocumentKind.RECORD)) == {"record-invalid"}


def test_a_record_without_most_of_its_properties_is_still_one() -> None:
    value = json.loads(RECORD)
    some = {
        name: value[name]
        for name in ("schema_version", "identifier", "captions", "tags", "references", "body", "rights")
    }
    result = validate_bytes("x", json.dumps(some).encode())
    assert (result.kind, codes_of(result)) == (DocumentKind.RECORD, {"record-invalid"})


@pytest.mark.parametrize(("where", "old"), [("/subject", '"subject": "'), ("/body/text", '"text": "C O N F')])
def test_half_of_a_surrogate_pair_is_a_finding(where: str, old: str) -> None:
    assert old in RECORD
    result = validate_bytes("x", RECORD.replace(old, old.replace(': "', ': "\\ud800')).encode())
    assert (where, "record-invalid") in {(each.finding.where, each.finding.code) for each in result.findings}


# --- TEI and PREMIS ---

TEI = encoded(full()).decode()


def test_a_tei_is_compared_with_its_record() -> None:
    beside = Beside(record=codec.encode_record(full()), record_name="r.json")
    result = validate_bytes("x", TEI.encode(), None, beside)
    assert (result.findings, result.record) == ((), "r.json")
    changed = validate_bytes("x", TEI.replace("All is well", "All was well").encode(), None, beside)
    assert codes_of(changed) == {"tei-text"}
    assert changed.findings[0].place is not None
    assert changed.findings[0].place.line == line_of(TEI, '<div type="document"')
    other = validate_bytes("x", TEI.encode(), None, Beside(record=codec.encode_record(bare()), record_name="r.json"))
    assert "tei-text" in codes_of(other)


def test_a_record_that_cannot_be_read_is_told_by_its_name() -> None:
    with pytest.raises(RecordError, match=r"^r\.json: .*preserve validate r\.json"):
        validate_bytes("x", TEI.encode(), None, Beside(record=b"{", record_name="r.json"))


@pytest.mark.parametrize(
    ("damage", "codes", "stands"),
    [
        (lambda t: t.replace("<label>1.</label>", "<num>1.</num>"), {"tei-schema"}, "<num>1.</num>"),
        (lambda t: t.replace('xml:id="p2"', 'xml:id="p1"'), {"tei-duplicate-id", "tei-schema"}, 'xml:id="p1"'),
        (lambda t: t.replace('n="1" ana="#cl-C"', 'n="1" ana="#cl-X"'), {"tei-pointer"}, "#cl-X"),
        (lambda t: t.replace("<closer>", "<closer/><closer>"), {"tei-closer"}, "<closer/>"),
        (lambda t: t.replace('quantity="12"', 'quantity="11"'), {"tei-gap"}, 'quantity="11"'),
        (lambda t: t.replace("</opener>", "", 1), {"xml-malformed"}, "</div>"),
        (lambda t: t.replace("All is well", "All & well"), {"xml-malformed"}, "All & well"),
    ],
)
def test_damage_to_a_tei_alone_is_found_at_its_line(damage: Callable[[str], str], codes: set[str], stands: str) -> None:
    text = damage(TEI)
    assert text != TEI
    result = validate_bytes("x", text.encode())
    assert result.kind is DocumentKind.TEI
    assert not result.valid
    assert codes_of(result) - {"record-not-given"} == codes
    errors = [each for each in result.findings if each.finding.severity is Severity.ERROR]
    assert all(each.place for each in errors)
    lines = text.splitlines()
    assert any(stands in lines[each.place.line - 1] for each in errors if each.place)


def test_damage_to_premis_is_found_at_its_line() -> None:
    text = MADE[DocumentKind.PREMIS]().decode()
    result = validate_bytes("x", re.sub(r"<eventDateTime>.*?</eventDateTime>", "<eventDay/>", text, count=1).encode())
    assert codes_of(result) == {"premis-invalid"}
    place = result.findings[0].place
    assert place is not None
    assert "<eventDateTime>" in text.splitlines()[place.line - 1]
    doubled = re.sub(r"(?s)(<agent>.*?</agent>)", r"\1\1", text, count=1)
    located = next(
        each
        for each in validate_bytes("x", doubled.encode()).findings
        if each.finding.code == "premis-identifier-repeated"
    )
    assert located.place is not None
    assert "agentIdentifier" in text.splitlines()[located.place.line - 1]


@pytest.mark.parametrize(
    ("root", "kind", "says"),
    [
        ('<premis xmlns="info:lc/xmlns/premis-v2"/>', DocumentKind.PREMIS, "PREMIS 2"),
        ('<premis xmlns="http://www.loc.gov/standards/premis/v1"/>', DocumentKind.PREMIS, "PREMIS 1"),
        ("<TEI.2/>", DocumentKind.TEI, "TEI P4"),
    ],
)
def test_an_older_standard_is_told_as_that(root: str, kind: DocumentKind, says: str) -> None:
    result = validate_bytes("x", root.encode())
    assert (result.kind, codes_of(result)) == (kind, {"document-version-unknown"})
    assert says in result.findings[0].finding.message


def test_a_document_type_ends_the_look_and_nothing_grows() -> None:
    bomb = (
        b'<!DOCTYPE TEI [<!ENTITY a "' + b"a" * 10_000 + b'"><!ENTITY b "' + b"&a;" * 10_000 + b'">]>\n<TEI>&b;</TEI>'
    )
    for asked in (None, DocumentKind.TEI, DocumentKind.PREMIS):
        assert codes_of(validate_bytes("x", bomb, asked)) == {"xml-document-type"}


def test_xml_in_another_encoding_is_read() -> None:
    data = TEI.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    assert validate_bytes("x", data).valid


# --- the other kinds ---


def test_a_profile_is_told_by_the_member_that_is_off() -> None:
    text = json.dumps(json.loads(MADE[DocumentKind.PROFILE]()), indent=1)
    for old, new, where in [
        ('"Accept-BagIt-Version": [', '"Accept-BagIt-Version": ["1.0", 5,', "/Accept-BagIt-Version"),
        ('"Serialization": "optional"', '"Serialization": "never"', "/Serialization"),
        (
            '"BagIt-Profile-Identifier": "',
            '"BagIt-Profile-Identifier": 5, "x": "',
            "/BagIt-Profile-Info/BagIt-Profile-Identifier",
        ),
        ('"Version": "1.0"', '"Version": 1', "/BagIt-Profile-Info/Version"),
    ]:
        damaged = text.replace(old, new)
        assert damaged != text
        (located,) = validate_bytes("x", damaged.encode()).findings
        assert (located.finding.code, located.finding.where) == ("profile-malformed", where)
        assert located.place is not None
        assert f'"{where.rpartition("/")[2]}"' in damaged.splitlines()[located.place.line - 1]


@pytest.mark.parametrize(
    ("about", "version"),
    [({}, "1.1.0"), ({"BagIt-Profile-Version": "1.3.0"}, "1.3.0"), ({"BagIt-Profile-Version": "new"}, None), (5, None)],
)
def test_a_profile_is_of_the_version_of_the_specification(about: object, version: str | None) -> None:
    assert validate_bytes("x", json.dumps({"BagIt-Profile-Info": about}).encode()).version == version


def test_a_profile_that_lacks_a_member_is_told_as_a_whole() -> None:
    (located,) = validate_bytes("x", b'{"BagIt-Profile-Info": {}}').findings
    assert located.finding.code == "profile-malformed"
    (located,) = validate_bytes("x", b"[]", DocumentKind.PROFILE).findings
    assert (located.finding.where, located.place) == ("", DocumentPlace(1, 1))


def test_a_crate_alone_is_not_asked_for_its_payload() -> None:
    data = MADE[DocumentKind.CRATE]()
    assert validate_bytes("x", data).findings == ()
    assert "crate-file-missing" in codes_of(validate_bytes("x", data, None, Beside(payload=[])))
    result = validate_bytes(
        "x",
        data.replace(b'"@type":"CreateAction"', b'"@typo":"CreateAction"').replace(
            b'"@type": "CreateAction"', b'"@typo": "CreateAction"'
        ),
    )
    assert codes_of(result) == {"crate-invalid"}
    place = result.findings[0].place
    assert place is not None
    assert b"@typo" in data.replace(b"@type", b"@typo").splitlines()[place.line - 1]


@pytest.mark.parametrize(
    ("settings", "line", "says"),
    [
        ("[access]\nlevel = 'secret'\n", 2, "must be one of open"),
        ("# mine\n[access]\n\nlevl = 'open'\n", 4, "Did you mean level"),
        ("[bags]\nform='tar'\n[acess]\nlevel = 'open'\n", 3, "Did you mean access"),
        ("[access]\nlevel = open\n", 2, "not TOML"),
        ("[bags]\ndigests = 'sha512'\n", 2, "must be a list"),
        ("access = 1\n", 1, "Write it as a table"),
        ("access = {level = 'secret'}\n", 1, "must be one of"),
        ("[access]\nlevel = 'open'\nlevel = 'open'\n", 3, "not TOML"),
    ],
)
def test_settings_are_told_with_the_line(settings: str, line: int | None, says: str) -> None:
    result = validate_bytes("folder/preserve.toml", settings.encode())
    assert (result.kind, codes_of(result)) == (DocumentKind.SETTINGS, {"settings-malformed"})
    (located,) = result.findings
    assert says in located.finding.message
    assert "preserve.toml" not in located.finding.message
    assert (located.place.line if located.place else None) == line


def test_settings_are_known_by_their_tables_too() -> None:
    assert validate_bytes("x", b"[access]\nlevel = 'open'\n").kind is DocumentKind.SETTINGS
    with pytest.raises(UnknownKindError):
        validate_bytes("x", b"[tool.ruff]\nline-length = 120\n")
    with pytest.raises(SourceError, match="64 KiB"):
        validate_bytes("preserve.toml", b"# " + b"x" * 70_000)
    with pytest.raises(UnknownKindError):
        validate_bytes("x", b"[access]\n# " + b"x" * 70_000)


# --- lines ---


def test_each_line_of_a_log_is_checked() -> None:
    log = lines_of(event_log(5))
    log[1] = log[1].replace(b'"seq":2', b'"seq":0')
    log[2] = log[2][:-5] + b"\n"
    log[3] = log[3].replace(b'"1.1.0"', b'"7.0.0"', 1)
    result = validate_lines("x", log)
    told = [(each.finding.code, each.place and each.place.line) for each in result.findings]
    assert told == [
        ("event-invalid", 2),
        ("event-sequence-broken", 2),
        ("json-malformed", 3),
        ("document-version-unknown", 4),
        ("event-sequence-broken", 4),
        ("event-chain-broken", 5),
    ]
    assert (result.lines, result.version, result.stopped) == (5, "1.1.0", None)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda log: log.pop(1), [("event-sequence-broken", 2)]),
        (lambda log: log.insert(1, log[0]), [("event-sequence-broken", 2)]),
        (lambda log: log.reverse(), [("event-sequence-broken", 2), ("event-sequence-broken", 3)]),
        (lambda log: log.__setitem__(1, log[1].replace(b"All well.", b"Not well.")), [("event-chain-broken", 3)]),
        (
            lambda log: log.__setitem__(0, log[0].replace(b"0000", b"000a")),
            [("event-chain-broken", 1), ("event-chain-broken", 2)],
        ),
        (lambda log: log.pop(0), []),  # a file that goes on from another
        (
            lambda log: log.__setitem__(0, log[0].replace(b'"seq":1', b'"seq":"1"')),
            [("event-invalid", 1), ("event-chain-broken", 2)],
        ),
    ],
)
def test_lines_that_do_not_follow_each_other_are_found(
    change: Callable[[list[bytes]], object], told: list[tuple[str, int]]
) -> None:
    log = lines_of(event_log(3))
    change(log)
    result = validate_lines("x", log)
    assert [(each.finding.code, each.place.line) for each in result.findings if each.place] == told
    assert len(result.findings) == len(told)


def test_a_last_line_that_is_not_whole_is_a_warning() -> None:
    result = validate_lines("x", lines_of(event_log()[:-9]))
    assert result.valid
    assert [(each.finding.code, each.place) for each in result.findings] == [
        ("event-line-unfinished", DocumentPlace(3, 1))
    ]


def test_an_event_of_no_version_is_held_against_the_newest() -> None:
    line = event_log(1).replace(b'"schema_version":"1.1.0",', b"")
    result = validate_lines("x", [line], DocumentKind.EVENT)
    assert [each.finding.message for each in result.findings] == ["'schema_version' is a required property"]


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        (b'{"bag": "b", "error": "x"\n', "json-malformed", 26),
        (b"\n", "json-malformed", 1),
        (b'{"bag": "b", "error": 5}\n', "outcome-invalid", 14),
        (b'{"bag": "b", "error": "x", "bag": "c"}\n', "json-repeated-name", 28),
        (b'{"bag": "\xff"}\n', "document-not-utf8", 10),
        (b'{"counts": {"stored": -1}}\n', "outcome-invalid", 13),
        (b'{"nothing": "of ours"}\n', "outcome-invalid", 1),
    ],
)
def test_each_line_of_an_output_is_checked(line: bytes, code: str, column: int) -> None:
    result = validate_lines("x", [*lines_of(outcomes()), line])
    assert {(each.finding.code, each.place) for each in result.findings} >= {
        (code, DocumentPlace(result.lines or 0, column))
    }
    assert codes_of(result) == {code}


def test_the_branch_that_a_line_nearly_meets_is_the_one_that_is_told() -> None:
    line = b'{"bag": "b", "verdict": "good", "depth": "full", "form": "tar", "files": 1, "bytes": 1, "findings": []}\n'
    (located,) = validate_lines("x", [line], DocumentKind.OUTCOME).findings
    assert located.finding.where == "/verdict"
    assert "'valid'" in located.finding.message


def test_the_record_in_a_line_is_checked() -> None:
    line = {"source": "x", "reader": "cablebrowser", "record": json.loads(RECORD) | {"captions": [5]}, "findings": []}
    (located,) = validate_lines("x", [json.dumps(line).encode() + b"\n"]).findings
    assert (located.finding.code, located.finding.where) == ("record-invalid", "/record/captions/0")


def test_looking_ends_when_there_are_too_many_findings() -> None:
    def endless() -> Any:
        yield event_log(1)
        while True:
            yield b"{\n"

    result = validate_lines("x", endless())
    assert len(result.findings) == MOST_FINDINGS
    assert result.stopped == result.lines == MOST_FINDINGS + 1


def test_the_findings_of_one_document_are_bounded_too() -> None:
    value = json.loads(RECORD) | {"captions": [5] * 5000}
    result = validate_bytes("x", json.dumps(value, indent=1).encode())
    assert len(result.findings) == MOST_FINDINGS
    crate = {"@context": [], "@graph": [{"@id": 5}] * 5000}
    result = validate_bytes("x", json.dumps(crate, indent=1).encode())
    assert len(result.findings) == MOST_FINDINGS
    assert result.stopped is not None


def test_lines_of_no_kind_are_refused() -> None:
    with pytest.raises(UnknownKindError, match="line 2"):
        validate_lines("x", [b"{\n", b'{"colour": "red"}\n'])


# --- what is no document ---


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"Dear all,\nmilk and eggs.\n", "neither a JSON object nor XML"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not text"),
        (b"caf\xe9", "not text in UTF-8"),
        (b"[1, 2, 3]", "neither a JSON object"),
        (b"{}", "of no kind"),
        (b'{"name": "x", "colour": 5}', "of no kind"),
        (b"<html><body/></html>", "root element is html"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "http://www.w3.org/2000/svg"),
        ("{}".encode("utf-16"), "not text"),
    ],
)
def test_what_is_of_no_kind_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(UnknownKindError, match=re.escape(says)) as told:
        validate_bytes("x", data)
    assert "--as" in told.value.hint


@pytest.mark.parametrize(
    ("asked", "data", "codes"),
    [
        (DocumentKind.RECORD, MADE[DocumentKind.PROFILE](), {"document-other"}),
        (DocumentKind.PROFILE, record(), {"document-other"}),
        (DocumentKind.TEI, MADE[DocumentKind.PREMIS](), {"document-other"}),
        (DocumentKind.PREMIS, b"<html/>", {"document-other"}),
        (DocumentKind.TEI, record(), {"xml-malformed"}),
        (DocumentKind.RECORD, TEI.encode(), {"json-malformed"}),
        (DocumentKind.RECORD, b"caf\xe9", {"document-not-utf8"}),
        (DocumentKind.CRATE, b"{}", {"crate-invalid"}),
        (DocumentKind.SETTINGS, b"{}", {"settings-malformed"}),
    ],
)
def test_what_is_not_of_the_kind_asked_for_is_invalid(asked: DocumentKind, data: bytes, codes: set[str]) -> None:
    result = validate_bytes("x", data, asked)
    assert (result.kind, codes_of(result), result.valid) == (asked, codes, False)


def test_a_fault_before_the_kind_shows_leaves_it_open() -> None:
    result = validate_bytes("x", b'{"a": \xff}')
    assert (result.kind, codes_of(result), result.findings[0].place) == (
        None,
        {"document-not-utf8"},
        DocumentPlace(1, 7),
    )
    result = validate_bytes("x", '{"é":\n "é": \udc00}'.encode("utf-8", "surrogatepass"))
    assert result.findings[0].place == DocumentPlace(2, 7)
    assert validate_bytes("x", b"{").kind is None
