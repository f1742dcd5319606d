"""The contract that a room is entered by its face, on a made-up house."""

from __future__ import annotations

import pytest
from grimp import ImportGraph
from importlinter import ContractCheck
from tools.faces import FacesContract

MODULES = (
    *("house", "house.cellar", "house.kitchen", "house.kitchen.stove", "house.kitchen.pantry"),
    *("house.kitchen.pantry.shelf", "house.kitchen.pantry.jar", "house.hall", "house.hall.door"),
)


def checked(*imports: tuple[str, str], modules_as_names: tuple[str, ...] = ()) -> ContractCheck:
    graph = ImportGraph()
    for module in MODULES:
        graph.add_module(module)
    for importer, imported in imports:
        graph.add_import(importer=importer, imported=imported)
    options = {"root": "house", "modules_as_names": [*modules_as_names]}
    return FacesContract("faces", session_options={}, contract_options=options).check(graph, verbose=False)


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        pytest.param("house.hall.door", "house.kitchen", id="the face of another room"),
        pytest.param("house.hall.door", "house.cellar", id="a room that is one module"),
        pytest.param("house.kitchen.pantry.jar", "house.kitchen.pantry.shelf", id="a module beside it"),
        pytest.param("house.kitchen.pantry.jar", "house.kitchen.stove", id="a module of the room that it lies in"),
        pytest.param("house.kitchen.stove", "house.kitchen.pantry", id="the face of a room inside the room"),
        pytest.param("house.kitchen", "house.kitchen.stove", id="a module of the room, from its face"),
        pytest.param("house.kitchen.stove", "house.kitchen", id="the face of the own room"),
        pytest.param("house.kitchen.stove", "house", id="the face of the house"),
    ],
)
def test_an_import_that_keeps_the_contract(importer: str, imported: str) -> None:
    check = checked((importer, imported))
    assert (check.kept, check.metadata) == (True, {"past": []})


@pytest.mark.parametrize(
    ("importer", "imported", "face"),
    [
        pytest.param("house.hall.door", "house.kitchen.stove", "house.kitchen", id="a module of another room"),
        pytest.param("house.cellar", "house.kitchen.pantry.jar", "house.kitchen", id="a module two rooms deep"),
        pytest.param("house.hall.door", "house.kitchen.pantry", "house.kitchen", id="a room inside another room"),
        pytest.param("house.kitchen.stove", "house.kitchen.pantry.jar", "house.kitchen.pantry", id="an inner face"),
    ],
)
def test_an_import_that_goes_past_a_face(importer: str, imported: str, face: str) -> None:
    check = checked((importer, imported))
    assert not check.kept
    assert check.metadata["past"] == [f"{importer} imports {imported}: let it import from {face}"]


def test_modules_that_a_face_gives_as_they_are() -> None:
    way = ("house.hall.door", "house.kitchen.stove")
    assert checked(way, modules_as_names=("house.kitchen.*",)).kept
    assert not checked(way, modules_as_names=("house.kitchen.p*",)).kept


def test_every_import_past_a_face_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    ways = (("house.hall", "house.kitchen.stove"), ("house.cellar", "house.kitchen.stove"))
    check = checked(*ways)
    FacesContract("faces", session_options={}, contract_options={"root": "house"}).render_broken_contract(check)
    assert [line.split(" imports ")[0] for line in capsys.readouterr().out.split("\n") if " imports " in line] == [
        "house.cellar",
        "house.hall",
    ]
