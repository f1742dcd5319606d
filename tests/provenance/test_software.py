from __future__ import annotations

import sys
from importlib.metadata import version

import pytest

import preserve
from preserve.errors import UsageError
from preserve.provenance import software
from preserve.provenance.software import Software, this_software

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_it_names_what_can_change_a_byte_and_nothing_of_the_machine() -> None:
    this = this_software({})
    assert (this.name, this.version) == ("preserve", preserve.__version__)
    components = dict(this.components)
    assert list(components) == ["python", "lxml", "libxml2", "jsonschema", "jsonschema-rs"]
    assert components["python"] == f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert components["lxml"] == version("lxml")


@pytest.mark.parametrize("stated", [COMMIT, COMMIT.upper(), f"  {COMMIT}\n"])
def test_a_build_can_state_its_commit(stated: str) -> None:
    assert this_software({"PRESERVE_COMMIT": stated}).commit == COMMIT


@pytest.mark.parametrize("stated", ["main", "0123", "zz" * 20, COMMIT * 2])
def test_what_is_no_commit_is_refused(stated: str) -> None:
    with pytest.raises(UsageError, match="PRESERVE_COMMIT"):
        this_software({"PRESERVE_COMMIT": stated})


@pytest.mark.parametrize(
    ("recorded", "commit"),
    [
        (f'{{"url": "https://example.org/r", "vcs_info": {{"vcs": "git", "commit_id": "{COMMIT}"}}}}', COMMIT),
        ('{"url": "file:///r", "dir_info": {"editable": true}}', None),
        ('{"vcs_info": {"commit_id": "main; rm"}}', None),
        ('{"vcs_info": []}', None),
        ("[]", None),
        ("not json", None),
        (None, None),
    ],
)
def test_the_installer_s_record_is_read_with_care(recorded: str | None, commit: str | None) -> None:
    assert software._recorded_commit(recorded) == commit


def test_the_full_version_is_a_local_version_label() -> None:
    assert Software("preserve", "0.1.0", COMMIT).full_version == "0.1.0+g0123456789ab"
    assert Software("preserve", "0.1.0").full_version == "0.1.0"


def test_a_program_that_is_not_installed_has_no_known_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(software, "_DISTRIBUTION", "preserve-that-nobody-installed")
    monkeypatch.setattr(software, "_installed_commit", software._installed_commit.__wrapped__)
    assert this_software({}).commit is None
