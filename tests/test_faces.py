"""Faces: what a package gives to others, and that its page is one."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType

import pytest

import preserve

PACKAGES = ["preserve", *(each.name for each in pkgutil.walk_packages(preserve.__path__, "preserve.") if each.ispkg)]


def names(face: ModuleType) -> list[str]:
    return list(getattr(face, "__all__", ()))


def submodules(face: ModuleType) -> set[str]:
    return {each.name for each in pkgutil.iter_modules(face.__path__)}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_of_a_face_can_be_got(package: str) -> None:
    face = import_module(package)
    assert sorted(names(face)) == sorted(set(names(face)))
    assert [name for name in names(face) if not hasattr(face, name)] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_name_of_a_face_hides_a_module(package: str) -> None:
    face = import_module(package)
    # Whichever is imported first would decide what the name means.
    shared = submodules(face) & set(names(face))
    assert {name for name in shared if getattr(face, name) is not import_module(f"{package}.{name}")} == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_a_face_says_what_its_room_is_for(package: str) -> None:
    said = (import_module(package).__doc__ or "").strip()
    assert len(said.splitlines()) > 1
