from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from rocrate.rocrate import ROCrate
from tests.provenance.examples import (
    AT,
    ORGANISATION,
    SOFTWARE,
    crate_example,
    digests_of,
    example,
    member_of,
    payload_of,
    with_rights,
)

from preserve.provenance import crate_check, premis, ro_crate
from preserve.provenance.model import FileRole, file_object
from preserve.provenance.ro_crate import Crate, entity_id, make_crate

Graph = list[dict[str, Any]]
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=30)
PRINTABLE = st.characters(exclude_categories=("C", "Z"), include_characters=" ", exclude_characters="/")
PATHS = st.lists(
    st.text(PRINTABLE, min_size=1, max_size=12).filter(lambda part: part.strip(".")),
    min_size=1,
    max_size=3,
).map(lambda parts: "data/" + "/".join(parts))


def graph_of(crate: Crate) -> Graph:
    document = json.loads(ro_crate.encode_crate(crate))
    assert document["@context"] == "https://w3id.org/ro/crate/1.2/context"
    graph: Graph = document["@graph"]
    return graph


def by_id(graph: Graph) -> dict[str, dict[str, Any]]:
    return {entity["@id"]: entity for entity in graph}


@pytest.mark.parametrize("count", [1, 3])
def test_the_golden_files(count: int, golden: Callable[[str, bytes], None]) -> None:
    crate = crate_example(*[f"02STRELSAU{17 + number}" for number in range(count)])
    golden(f"{count}-cables.ro-crate-metadata.json", ro_crate.encode_crate(crate))


@pytest.mark.parametrize("names", [("02STRELSAU17",), ("02STRELSAU17", "02STRELSAU18", "03STRELSAU1")], ids=len)
@pytest.mark.parametrize("organisation", [None, ORGANISATION])
@pytest.mark.parametrize("access_copy", [False, True])
def test_what_we_write_has_no_finding(names: tuple[str, ...], organisation: str | None, access_copy: bool) -> None:
    crate = crate_example(*names, organisation=organisation, access_copy=access_copy)
    assert crate_check.check_crate(ro_crate.encode_crate(crate), payload_of(crate)) == ()


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, st.lists(PATHS, unique=True, max_size=4))
def test_no_text_and_no_path_can_break_it(subject: str, release: str, copyright_: str, paths: list[str]) -> None:
    provenance = replace(example(), subject=subject, release=release, copyright=copyright_ or "x")
    extra = [file_object(FileRole.SCHEMA, path, size=1, digests=digests_of(path)) for path in paths]
    crate = make_crate(
        [member_of(provenance)], identifier="x", published=AT, software=SOFTWARE, organisation=subject, extra=extra
    )
    data = ro_crate.encode_crate(crate)
    assert crate_check.check_crate(data, payload_of(crate)) == ()
    assert data == ro_crate.encode_crate(crate)


@given(PATHS, PATHS)
def test_two_paths_never_share_an_identifier(one: str, other: str) -> None:
    assert (entity_id(one) == entity_id(other)) == (one == other)


@pytest.mark.parametrize(
    ("path", "identifier"),
    [
        ("data/source/02STRELSAU17.txt", "source/02STRELSAU17.txt"),
        ("data/Results and Diagrams/almost-50%.png", "Results%20and%20Diagrams/almost-50%25.png"),
        ("data/面试.mp4", "面试.mp4"),
        ("data/a:b#c?d\\e\n", "a%3Ab%23c%3Fd%5Ce%0A"),
        ("data/a\u0080\ue000", "a%C2%80%EE%80%80"),
    ],
)
def test_paths_are_escaped_as_the_specification_shows(path: str, identifier: str) -> None:
    assert entity_id(path) == identifier


def test_the_root_says_what_the_specification_asks_for() -> None:
    root = by_id(graph_of(crate_example()))["./"]
    assert root["identifier"].startswith("urn:uuid:")
    assert root["datePublished"] == "2026-11-23T12:30:05Z"
    assert root["license"] == {"@id": "http://rightsstatements.org/vocab/NoC-US/1.0/"}
    assert root["conditionsOfAccess"] == "restricted"
    assert len(root["hasPart"]) == 4


def test_each_arrow_is_an_action_with_the_identifier_of_its_event() -> None:
    crate = crate_example()
    graph = graph_of(crate)
    events = {f"urn:uuid:{event.identifier}": event for event in crate.members[0].provenance.events}
    actions = [entity for entity in graph if entity["@type"] == "CreateAction"]
    assert [(action["object"], action["result"]["@id"]) for action in actions[:2]] == [
        ({"@id": "source/02STRELSAU17.txt"}, "record/02STRELSAU17.json"),
        ({"@id": "record/02STRELSAU17.json"}, "tei/02STRELSAU17.xml"),
    ]
    assert actions[2]["result"] == {"@id": "premis/02STRELSAU17.xml"}
    instrument = by_id(graph)[actions[0]["instrument"]["@id"]]
    assert (instrument["@type"], instrument["version"]) == ("SoftwareApplication", SOFTWARE.full_version)
    document = premis.encode_premis(crate.members[0].provenance).decode()
    for action in actions:
        assert events[action["@id"]].type.label == action["name"]
        assert action["@id"].removeprefix("urn:uuid:") in document


def test_an_access_copy_is_a_file_with_its_format_and_its_action() -> None:
    crate = crate_example(access_copy=True)
    entities = by_id(graph_of(crate))
    copy = "access/02STRELSAU17.html"
    assert copy in [part["@id"] for part in entities["./"]["hasPart"]]
    assert "access copy" in entities["./"]["description"]
    assert "access copy" not in by_id(graph_of(crate_example()))["./"]["description"]
    pronom = "https://www.nationalarchives.gov.uk/PRONOM/fmt/471"
    assert entities[copy]["encodingFormat"] == ["text/html", {"@id": pronom}]
    assert (entities[pronom]["name"], entities[pronom]["version"]) == ("Hypertext Markup Language", "5")
    (action,) = (each for each in entities.values() if each.get("result") == {"@id": copy})
    assert (action["name"], action["object"]) == ("creation", {"@id": "tei/02STRELSAU17.xml"})
    last = next(each for each in entities.values() if each.get("result") == {"@id": "premis/02STRELSAU17.xml"})
    assert {"@id": copy} in last["object"]


def test_every_file_says_what_it_is_for() -> None:
    described = {role: entity_of(role) for role in FileRole}
    assert len({entity["description"] for entity in described.values()}) == len(FileRole)
    assert all(entity["contentSize"] == "1" and len(entity["sha256"]) == 64 for entity in described.values())


def entity_of(role: FileRole) -> dict[str, Any]:
    extra = [file_object(role, f"data/{role}/x", size=1, digests=digests_of("x"))]
    crate = make_crate([member_of(example())], identifier="x", published=AT, software=SOFTWARE, extra=extra)
    return by_id(graph_of(crate))[f"{role}/x"]


def test_an_action_names_the_institution_where_it_is_known() -> None:
    for organisation in (None, ORGANISATION):
        entities = by_id(graph_of(crate_example(organisation=organisation)))
        actions = [entity for entity in entities.values() if entity["@type"] == "CreateAction"]
        agents = {entities[action["agent"]["@id"]]["name"] for action in actions if "agent" in action}
        assert agents == ({organisation} if organisation else set())
        assert {action["endTime"] for action in actions} == {"2026-11-23T12:30:05Z"}


def test_access_and_rights_of_a_mixed_bag_are_all_told() -> None:
    members = [
        member_of(example()),
        member_of(replace(example(with_rights(access="open", copyright="ask us")), identifier="02STRELSAU18")),
    ]
    crate = make_crate(members, identifier="x", published=AT, software=SOFTWARE)
    entities = by_id(graph_of(crate))
    assert entities["./"]["conditionsOfAccess"] == ["open", "restricted"]
    assert "ask us" in entities["./"]["license"]
    assert entities["#02STRELSAU17"]["conditionsOfAccess"] == "restricted"
    assert entities["#02STRELSAU18"]["license"] == "ask us"


def test_what_is_not_stated_is_absent() -> None:
    member = member_of(replace(example(), subject=None, created=None, origin=None, release=None))
    crate = make_crate([member], identifier="x", published=AT, software=replace(SOFTWARE, components=()))
    cable = by_id(graph_of(crate))["#02STRELSAU17"]
    assert not {"headline", "dateCreated", "description"} & set(cable)
    assert "publisher" not in by_id(graph_of(crate))["./"]
    assert None not in [value for entity in graph_of(crate) for value in entity.values()]


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    member = member_of(replace(example(), subject="a\ud800b"))
    crate = make_crate([member], identifier="x", published=AT, software=SOFTWARE)
    assert by_id(graph_of(crate))["#02STRELSAU17"]["headline"] == "a\ufffdb"


def test_a_format_without_an_identifier_is_a_media_type_alone() -> None:
    source = file_object(
        FileRole.SCHEMA, "data/schemas/x", size=1, digests=digests_of("x"), media_type="application/relax-ng"
    )
    crate = make_crate([member_of(example())], identifier="x", published=AT, software=SOFTWARE, extra=[source])
    assert by_id(graph_of(crate))["schemas/x"]["encodingFormat"] == "application/relax-ng"
    assert crate_check.check_crate(ro_crate.encode_crate(crate), payload_of(crate)) == ()


def test_a_crate_of_no_cable_is_none() -> None:
    with pytest.raises(ValueError, match="no cable"):
        make_crate([], identifier="x", published=AT, software=SOFTWARE)


def test_everything_is_reached_from_the_root() -> None:
    entities = by_id(graph_of(crate_example("02STRELSAU17", "02STRELSAU18")))

    def links(value: object) -> Iterable[str]:
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield one["@id"]

    reached, waiting = {"ro-crate-metadata.json"}, ["./"]
    while waiting:
        identifier = waiting.pop()
        if identifier in entities and identifier not in reached:
            reached.add(identifier)
            waiting.extend(target for value in entities[identifier].values() for target in links(value))
    assert reached == set(entities)


# Faults: each must be seen, and nothing else.


def codes_after(change: Callable[[Graph], object], *, extra: Iterable[str] = ()) -> set[str]:
    crate = crate_example()
    document = json.loads(ro_crate.encode_crate(crate))
    change(document["@graph"])
    found = crate_check.check_crate(json.dumps(document).encode(), payload_of(crate) | set(extra))
    return {finding.code for finding in found}


def without(identifier: str, name: str) -> Callable[[Graph], object]:
    return lambda graph: by_id(graph)[identifier].pop(name)


def setting(identifier: str, name: str, value: object) -> Callable[[Graph], object]:
    return lambda graph: by_id(graph)[identifier].update({name: value})


def first(graph: Graph, kind: str) -> dict[str, Any]:
    return next(entity for entity in graph if entity["@type"] == kind)


def setting_first_action(name: str, value: object) -> Callable[[Graph], object]:
    return lambda graph: first(graph, "CreateAction").update({name: value})


_OF_AN_ACTION = ("name", "endTime", "instrument", "object", "result")
SOURCE = "source/02STRELSAU17.txt"
META = "ro-crate-metadata.json"


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (lambda graph: None, set()),
        (lambda graph: graph.pop(0), {"crate-descriptor"}),
        (setting(META, "@type", "Thing"), {"crate-descriptor"}),
        (setting(META, "conformsTo", {"@id": "https://w3id.org/ro/crate/1.1"}), {"crate-descriptor"}),
        (without(META, "about"), {"crate-descriptor"}),
        (setting(META, "about", {"@id": "https://example.org/other"}), {"crate-descriptor"}),
        (setting("./", "@type", "CreativeWork"), {"crate-root"}),
        (without("./", "name"), {"crate-root"}),
        (setting("./", "description", ""), {"crate-root"}),
        (without("./", "datePublished"), {"crate-root"}),
        (setting("./", "datePublished", ["2026-11-23"]), {"crate-root"}),
        (setting("./", "datePublished", "last week"), {"crate-root"}),
        (setting("./", "datePublished", "2026-11-23"), set()),
        (without("./", "license"), {"crate-root"}),
        (setting("./", "license", "by agreement"), set()),
        (without("./", "hasPart"), {"crate-file-unlinked"}),
        (setting("./", "hasPart", ["source/"]), {"crate-file-unlinked"}),
        (setting("./", "publisher", {"@id": "#nobody"}), {"crate-reference-dangling"}),
        (setting("./", "publisher", {"@id": "https://ror.org/03f0f6041"}), set()),
        (setting("./", "publisher", [{"@id": "_:nobody"}]), {"crate-reference-dangling"}),
        (setting("./", "publisher", {"@type": "Organization", "name": "x"}), {"crate-invalid"}),
        (setting("./", "publisher", {"@value": "x", "@language": "en"}), set()),
        (without(SOURCE, "@type"), {"crate-invalid", "crate-file-undescribed"}),
        (without(SOURCE, "@id"), {"crate-invalid", "crate-file-undescribed", "crate-reference-dangling"}),
        (without(SOURCE, "contentSize"), {"crate-file-incomplete"}),
        (without(SOURCE, "encodingFormat"), {"crate-file-incomplete"}),
        (setting_first_action("endTime", "yesterday"), {"crate-action"}),
        (setting_first_action("endTime", 2026), {"crate-action"}),
        (setting_first_action("endTime", "2026-11-23"), set()),
        *((setting_first_action(name, None), {"crate-action-incomplete"}) for name in _OF_AN_ACTION),
        (lambda graph: first(graph, "SoftwareApplication").pop("version"), {"crate-action-incomplete"}),
        (setting_first_action("instrument", {"@id": "https://example.org/tool"}), set()),
        (setting(SOURCE, "name", ""), {"crate-file-incomplete"}),
        (lambda graph: graph.append(deepcopy(graph[1])), {"crate-invalid"}),
        (lambda graph: graph.append("nothing"), {"crate-invalid"}),
    ],
)
def test_each_fault_gives_its_code(change: Callable[[Graph], object], codes: set[str]) -> None:
    assert codes_after(change) == codes


def test_a_file_that_nobody_described_is_found() -> None:
    found = codes_after(lambda graph: None, extra=["data/source/stray.txt", "manifest-sha512.txt"])
    assert found == {"crate-file-undescribed"}


@pytest.mark.parametrize("identifier", ["source/gone.txt", "../bagit.txt", "/etc/passwd", "source/02STRELSAU17.txt/"])
def test_a_description_of_no_file_is_found(identifier: str) -> None:
    def add(graph: Graph) -> None:
        graph.append({"@id": identifier, "@type": "File", "name": "x", "encodingFormat": "x", "contentSize": "1"})
        by_id(graph)["./"]["hasPart"].append({"@id": identifier})

    assert codes_after(add) == {"crate-file-missing"}


def test_a_file_below_a_folder_is_reached_and_one_on_the_web_is_not_missed() -> None:
    def nest(graph: Graph) -> None:
        root = by_id(graph)["./"]
        graph.append({"@id": "source/", "@type": ["Dataset"], "name": "sources", "hasPart": root["hasPart"]})
        graph.append({"@id": "https://example.org/x", "@type": ["File"], "name": "on the web"})
        root["hasPart"] = [{"@id": "source/"}, {"@id": "https://example.org/x"}, {"@id": "./"}]

    assert codes_after(nest) == set()


def test_an_identifier_with_a_leading_dot_is_the_same_file() -> None:
    def rename(graph: Graph) -> None:
        text = json.dumps(graph).replace(f'"{SOURCE}"', f'"./{SOURCE}"')
        graph[:] = json.loads(text)

    assert codes_after(rename) == set()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"@graph": []}',
        b'{"@context": "x", "@graph": {}}',
        b"[" * 200_000,
        b'{"@context": "x", "@graph": [' + b"9" * 5000 + b"]}",
    ],
)
def test_what_is_no_crate_is_said_to_be_none(data: bytes) -> None:
    assert {finding.code for finding in crate_check.check_crate(data, ())} == {"crate-invalid"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["./", META, "File", "Dataset", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["@id", "@type", "about", "hasPart", "conformsTo", "datePublished"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=4))
def test_any_graph_is_looked_at(graph: list[object]) -> None:
    document = {"@context": "x", "@graph": [{"@id": META, "@type": "CreativeWork", "about": {"@id": "./"}}, *graph]}
    assert crate_check.check_crate(json.dumps(document).encode(), ["data/x"])


@pytest.mark.parametrize("names", [("02STRELSAU17",), ("02STRELSAU17", "02STRELSAU18")], ids=len)
@pytest.mark.parametrize("access_copy", [False, True])
def test_the_community_s_own_library_reads_it(names: tuple[str, ...], access_copy: bool, tmp_path: Path) -> None:
    crate = crate_example(*names, access_copy=access_copy)
    for path in payload_of(crate):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    (tmp_path / ro_crate.METADATA_PATH).write_bytes(ro_crate.encode_crate(crate))
    read = ROCrate(str(tmp_path / "data"))
    assert (read.name, read.description, read.version) == (crate.name, crate.description, "1.2")
    assert str(read.root_dataset["conditionsOfAccess"]) == "restricted"
    inside = {path for path in payload_of(crate) if path.startswith("data/")} - {ro_crate.METADATA_PATH}
    assert {f"data/{entity.id}" for entity in read.data_entities} == inside
    actions = [entity for entity in read.contextual_entities if entity.type == "CreateAction"]
    assert len(actions) == len(names) * (4 if access_copy else 3)
    assert {action["instrument"]["name"] for action in actions} == {"preserve"}
    assert {action["agent"]["name"] for action in actions} == {ORGANISATION}


def test_the_library_writes_again_what_it_read(tmp_path: Path) -> None:
    # It keeps only what it understood: nothing of ours is lost on the way.
    crate = crate_example(access_copy=True)
    for path in payload_of(crate):
        file = tmp_path / "bag" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    (tmp_path / "bag" / ro_crate.METADATA_PATH).write_bytes(ro_crate.encode_crate(crate))
    ROCrate(str(tmp_path / "bag/data")).write(str(tmp_path / "again"))
    again = json.loads((tmp_path / "again" / META).read_bytes())
    assert {entity["@id"]: entity for entity in again["@graph"]} == by_id(graph_of(crate))
