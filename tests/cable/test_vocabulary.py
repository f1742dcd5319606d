"""The vocabularies: each list is read, in order, and asked for by a rule."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import preserve.cable
from preserve.cable import vocabulary

CABLE = Path(preserve.cable.__file__).parent
WORDS = tomllib.loads((CABLE / "data" / "words.toml").read_text(encoding="utf-8"))


def test_words_that_are_no_names_are_capitals() -> None:
    assert all(word.isupper() and word.isalpha() for word in vocabulary.not_names())


@pytest.mark.parametrize("name", WORDS)
def test_a_list_of_words_has_each_once_and_in_order(name: str) -> None:
    assert WORDS[name] == sorted(set(WORDS[name]))
    assert vocabulary.words(name) == frozenset(WORDS[name])


def test_every_list_of_words_is_asked_for_and_no_other() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in CABLE.rglob("*.py"))
    asked = set(re.findall(r"words(?:_pattern)?\([\"'](\w+)[\"']\)", source))
    assert asked == WORDS.keys()


def test_the_longer_of_two_words_is_tried_first() -> None:
    pattern = re.compile(vocabulary.words_pattern("origin_types"))
    match = pattern.match("Consulate General Zenda")
    assert match is not None
    assert match[0] == "Consulate General"


@pytest.mark.parametrize(
    ("name", "number"), [("JAN", 1), ("September", 9), ("sept", 9), ("DECEMBER", 12), ("Smarch", None), ("", None)]
)
def test_the_number_of_a_month(name: str, number: int | None) -> None:
    assert vocabulary.month_number(name) == number


def test_the_months_are_twelve() -> None:
    assert [vocabulary.month_number(name) for name in vocabulary.MONTHS] == list(range(1, 13))
