"""The tree of errors: drawn as it is, each with its exit code, whole after a journey between processes."""

from __future__ import annotations

import pickle
import re

import pytest

from preserve import errors
from preserve.errors import ExitCode, NotACableError, PreserveError, SourceError


def _tree(kind: type[PreserveError]) -> list[type[PreserveError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in _tree(child))]


OURS = [kind for kind in _tree(PreserveError) if kind.__module__ == "preserve.errors"]


def test_the_docstring_draws_the_tree_with_its_exit_codes() -> None:
    drawn = re.findall(r"(\w*Error) +(\d+)", errors.__doc__ or "")
    assert {(name, int(code)) for name, code in drawn} == {(kind.__name__, int(kind.exit_code)) for kind in OURS}


def test_exit_codes_are_these() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "GOOD": 0,
        "USAGE": 1,
        "INVALID": 2,
        "SOURCE": 3,
        "ARCHIVE": 4,
        "TARGET": 5,
        "OVERDUE": 6,
        "LOG": 7,
        "INTERRUPTED": 130,
    }


def test_a_declined_source_is_a_source_error() -> None:
    assert issubclass(NotACableError, SourceError)
    assert NotACableError.exit_code is ExitCode.SOURCE


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_an_error_comes_whole_out_of_another_process(kind: type[PreserveError]) -> None:
    error = pickle.loads(pickle.dumps(kind("a.txt could not be read", hint="Look at it.")))
    assert type(error) is kind
    assert (error.message, error.hint) == ("a.txt could not be read", "Look at it.")


def test_an_error_reads_as_what_happened_and_what_to_do() -> None:
    assert str(PreserveError("a.txt is empty", hint="Fetch it again.")) == "a.txt is empty. Fetch it again."
    assert str(PreserveError("a.txt is empty")) == "a.txt is empty"


def test_all_errors_are_exported() -> None:
    others = {"ExitCode", "hide_user_information", "internal_error"}
    assert set(errors.__all__) == {kind.__name__ for kind in OURS} | others
    assert errors.__all__ == sorted(errors.__all__)
