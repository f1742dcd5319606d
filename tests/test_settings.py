"""Settings: three sources, one order, every slip refused with what to do about it."""

from __future__ import annotations

import os
import pickle
import re
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, strategies as st
from tests.memory import measured_memory

from preserve.cable import record
from preserve.cable.record.schema import RECORD_SCHEMA
from preserve.contracts import json_schema
from preserve.errors import UsageError
from preserve.settings import (
    FILE_NAME,
    LARGEST_SETTINGS,
    AccessLevel,
    AccessSettings,
    ArchiveSettings,
    BagSettings,
    Organisation,
    RightsSettings,
    Settings,
    SettingsError,
    find_settings,
    load_settings,
    parse_settings,
    read_toml,
    settings_template,
)


def _file(folder: Path, text: str) -> Path:
    path = folder / FILE_NAME
    path.write_text(text, encoding="utf-8")
    return path


# --- defaults and the template ---


def test_without_any_source_all_are_defaults() -> None:
    settings = load_settings()
    assert settings == Settings()
    assert settings.access.level == "restricted"
    assert settings.bags == BagSettings(digests=("sha512",), form="directory")
    assert settings.archive.root == Path("archive")
    assert settings.organisation == Organisation()


def test_the_template_gives_the_defaults(tmp_path: Path) -> None:
    assert load_settings(_file(tmp_path, settings_template())) == Settings()


def test_the_template_with_every_line_switched_on_gives_the_defaults(tmp_path: Path) -> None:
    path = _file(tmp_path, re.sub(r"^#(?! )", "", settings_template(), flags=re.MULTILINE))
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    assert {(table, key) for table, values in tables.items() for key in values} == {
        (table, key) for table in Settings.__slots__ for key in getattr(Settings(), table).__slots__
    }
    # A relative root in a file starts at the file's own folder.
    assert load_settings(path) == Settings(archive=ArchiveSettings(root=tmp_path / "archive"))


def test_the_template_says_who_else_sets_each_value() -> None:
    for variable in ("PRESERVE_ORGANISATION_CONTACT_EMAIL", "PRESERVE_ACCESS_LEVEL", "PRESERVE_ARCHIVE"):
        assert f"[{variable}]" in settings_template()
    assert max(map(len, settings_template().splitlines())) <= 120


def test_the_default_advisory_says_the_four_things_and_no_more() -> None:
    advisory = RightsSettings().advisory or ""
    for word in ("originator", "marked", "without the authorization", "private persons", "take down"):
        assert word in advisory
    assert "declassified" not in advisory.lower()


def test_access_and_copyright_mean_the_same_here_and_in_the_record() -> None:
    schema: Any = json_schema(RECORD_SCHEMA)
    rights = schema["properties"]["rights"]["properties"]
    assert get_args(AccessLevel) == get_args(record.Access) == tuple(rights["access"]["enum"])
    assert re.match(rights["copyright"]["pattern"], RightsSettings().copyright)


# --- the order of the sources ---


def test_file_environment_and_flags_rise_in_precedence(tmp_path: Path) -> None:
    path = _file(tmp_path, '[access]\nlevel = "open"\n[bags]\ndigests = ["md5", "sha256"]\nform = "tar"\n')
    assert load_settings(path).access.level == "open"
    assert load_settings(path).bags == BagSettings(digests=("md5", "sha256"), form="tar")
    environment = {"PRESERVE_ACCESS_LEVEL": "embargoed", "PRESERVE_BAGS_DIGESTS": "SHA-512, sha256"}
    assert load_settings(path, environment).access.level == "embargoed"
    assert load_settings(path, environment).bags == BagSettings(digests=("sha512", "sha256"), form="tar")
    flags: dict[str, str | list[str]] = {"access.level": "metadata-only", "bags.digests": ["sha256"]}
    assert load_settings(path, environment, flags) == Settings(
        access=AccessSettings(level="metadata-only"), bags=BagSettings(digests=("sha256",), form="tar")
    )


def test_an_empty_variable_is_one_that_is_not_set() -> None:
    assert load_settings(None, {"PRESERVE_ACCESS_LEVEL": "", "PRESERVE_ARCHIVE": ""}) == Settings()


def test_the_root_of_a_file_is_relative_to_it_and_that_of_others_is_not(tmp_path: Path) -> None:
    path = _file(tmp_path, '[archive]\nroot = "cables"\n')
    assert load_settings(path).archive.root == tmp_path / "cables"
    assert load_settings(path, {"PRESERVE_ARCHIVE": "elsewhere"}).archive.root == Path("elsewhere")
    assert load_settings(path, {}, {"archive.root": "/srv/cables"}).archive.root == Path("/srv/cables")
    assert load_settings(_file(tmp_path, '[archive]\nroot = "/srv/cables"\n')).archive.root == Path("/srv/cables")


def test_blank_means_not_set_and_a_byte_order_mark_is_no_matter(tmp_path: Path) -> None:
    path = _file(tmp_path, '\ufeff[organisation]\nname = "  "\naddress = " 1 Castle "\n[rights]\nadvisory = ""\n')
    assert load_settings(path).organisation == Organisation(address="1 Castle")
    assert load_settings(path).rights.advisory is None


def test_an_advisory_can_have_lines(tmp_path: Path) -> None:
    assert load_settings(_file(tmp_path, '[rights]\nadvisory = """One.\nTwo."""\n')).rights.advisory == "One.\nTwo."


def test_the_notice_is_the_advisory_and_the_contact() -> None:
    assert Settings().notice == RightsSettings().advisory
    who = Organisation(name="Archive of Ruritania", contact_email="archives@example.org")
    contact = "Contact: Archive of Ruritania, archives@example.org"
    assert Settings(organisation=who).notice == f"{RightsSettings().advisory} {contact}"
    assert Settings(organisation=who, rights=RightsSettings(advisory=None)).notice == contact
    assert Settings(rights=RightsSettings(advisory=None)).notice is None


# --- slips ---


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("[acess]\n", "[acess] is no setting", "Did you mean access? Known: organisation, access,"),
        ('[access]\nlevle = "open"\n', "levle in [access] is no setting", "Did you mean level? Known: level."),
        ('level = "open"\n', "[level] is no setting", "Known: organisation"),
        ('access = "open"\n', "access is a value", "Write it as a table: [access]."),
        ('[access]\nlevel = "restrictd"\n', "access.level is 'restrictd'", "(did you mean 'restricted'?)"),
        ("[access]\nlevel = 3\n", "access.level is 3", "must be one of open, restricted, embargoed, metadata-only"),
        ('[bags]\nform = "7z"\n', "bags.form is '7z'", "directory, tar, tar.zst, zip"),
        ('[bags]\ndigests = "sha512"\n', "bags.digests is 'sha512'", "a list of digest algorithms"),
        ("[bags]\ndigests = []\n", "bags.digests is []", "a list of digest algorithms"),
        ("[bags]\ndigests = [512]\n", "bags.digests is [512]", "a list of digest algorithms"),
        (
            '[bags]\ndigests = ["sha513"]\n',
            "bags.digests is ['sha513']",
            "Unknown digest algorithm 'sha513'; known are",
        ),
        ('[bags]\ndigests = ["md5", "sha1"]\n', "bags.digests is", "withstands attacks"),
        ("[organisation]\nname = 5\n", "organisation.name is 5", "It must be text."),
        ("[organisation]\nname = 2026-01-01\n", "organisation.name is", "It must be text."),
        ('[organisation]\nname = "A\\nB"\n', "organisation.name is", "U+000A; it must be one line"),
        ('[organisation]\naddress = "A\\rB"\n', "organisation.address is", "U+000D"),
        ('[organisation]\nname = "A\\u0085B"\n', "organisation.name is", "U+0085"),
        ('[organisation]\nname = "A\\u2028B"\n', "organisation.name is", "U+2028"),
        ('[rights]\nstatement = "A\\u0000B"\n', "rights.statement is", "U+0000"),
        ('[rights]\nadvisory = "A\\u0007B"\n', "rights.advisory is", "U+0007; it must be printable text"),
        ('[rights]\nadvisory = "A\\uFFFFB"\n', "rights.advisory is", "U+FFFF"),
        ('[rights]\ncopyright = "NoC-US"\n', "rights.copyright is 'NoC-US'", "http or https address"),
        ('[rights]\ncopyright = ""\n', "rights.copyright is ''", "http or https address"),
        ('[rights]\ncopyright = "https://example.org/a b"\n', "rights.copyright is", "http or https address"),
        ('[organisation]\ncontact_email = "at example.org"\n', "organisation.contact_email is", "one e-mail address"),
        ('[organisation]\ncontact_email = "a@b@c"\n', "organisation.contact_email is", "one e-mail address"),
        ('[organisation]\ncontact_email = "a b@c.org"\n', "organisation.contact_email is", "one e-mail address"),
        ('[archive]\nroot = "~/cables"\n', "archive.root is '~/cables'", "'~' is not expanded"),
        ('[archive]\nroot = ""\n', "archive.root is ''", "the path of a folder"),
    ],
)
def test_a_slip_in_the_file_is_refused_with_file_key_and_what_is_allowed(
    tmp_path: Path, text: str, message: str, hint: str
) -> None:
    path = _file(tmp_path, text)
    with pytest.raises(UsageError) as raised:
        load_settings(path)
    assert str(path) in raised.value.message
    assert message in raised.value.message
    assert hint in raised.value.hint


@pytest.mark.parametrize(
    ("data", "says", "place"),
    [
        (b"[access\n", "the text is not TOML: ", (1, 8)),
        (b"\xff", "the text is not UTF-8: ", None),
        (b'[access]\nlevel = "open"\nlevel = "open"\n', "the text is not TOML: ", (3, 15)),
        (b"a = " + b"[" * 50_000, "the text is not TOML: ", None),
    ],
    ids=["not closed", "not UTF-8", "key twice", "too deep"],
)
def test_what_is_not_toml_is_refused(tmp_path: Path, data: bytes, says: str, place: tuple[int, int] | None) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(data)
    with pytest.raises(SettingsError, match=re.escape(f"{path}: {says}")) as raised:
        load_settings(path)
    assert (raised.value.key, raised.value.place) == (None, place)


@pytest.mark.parametrize(
    ("text", "key", "place"),
    [
        ("# mine\n[bags]\n\n  form = '7z'\n", "bags.form", (4, 3)),
        ("[bags]\n[access]\nlevl = 'open'\n", "access.levl", (3, 1)),
        ("[bags]\r\n[ acess ]\r\n", "acess", (2, 1)),
        ("levl = 'open'\n", "levl", (1, 1)),
        ("\n access = 1\n", "access", (2, 2)),
        ("access.level = 'secret'\n", "access.level", (1, 1)),
        ("[bags]\nform = 'tar'\n[access]\n'level' = 'secret'\n", "access.level", (3, 1)),
        ("access = {level = 'secret'}\n", "access.level", (1, 1)),
    ],
)
def test_a_slip_in_a_text_tells_its_key_and_its_place_as_data(
    text: str, key: str, place: tuple[int, int] | None
) -> None:
    with pytest.raises(SettingsError) as raised:
        parse_settings(text, "mine")
    error = pickle.loads(pickle.dumps(raised.value))
    assert (error.key, error.place, error.message) == (key, place, f"mine: {error.says}")


def test_a_slip_outside_a_text_has_a_key_and_no_place() -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings(None, {"PRESERVE_ACCESS_LEVEL": "opn"})
    assert (raised.value.key, raised.value.place) == ("access.level", None)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="could not be read: No such file"):
        load_settings(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="could not be read: Is a directory"):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("PRESERVE_ACCES_LEVEL", "Did you mean PRESERVE_ACCESS_LEVEL?"),
        ("PRESERVE_ACCESS_LEVELS", "Did you mean PRESERVE_ACCESS_LEVEL?"),
        ("PRESERVE_ARCHIVE_ROOT", "Did you mean PRESERVE_ARCHIVE?"),
        ("PRESERVE_SETTING", "Did you mean PRESERVE_SETTINGS?"),
        ("PRESERVE_BAGS_XYZ", "Known: PRESERVE_ORGANISATION_NAME"),
    ],
)
def test_a_variable_that_looks_like_a_slip_is_refused(variable: str, meant: str) -> None:
    with pytest.raises(UsageError, match=re.escape(f"environment: {variable} is no setting")) as raised:
        load_settings(None, {variable: "open"})
    assert meant in raised.value.hint


def test_variables_of_others_are_let_be() -> None:
    others = ("PRESERVE_SAMPLES", "PRESERVE_BAGIT_SUITE", "PRESERVE_SETTINGS", "PRESERVE_DEPOSIT_PASSWORD", "PATH")
    assert load_settings(None, dict.fromkeys(others, "x")) == Settings()


def test_slips_of_variables_and_flags_name_their_place() -> None:
    with pytest.raises(UsageError, match=r"^PRESERVE_ACCESS_LEVEL: access.level is 'opn'"):
        load_settings(None, {"PRESERVE_ACCESS_LEVEL": "opn"})
    with pytest.raises(UsageError, match=r"^flags: bags.form is '7z'"):
        load_settings(None, {}, {"bags.form": "7z"})
    with pytest.raises(UsageError, match=r"^flags: bags.from is no setting. Did you mean bags.form\?"):
        load_settings(None, {}, {"bags.from": "tar"})
    with pytest.raises(UsageError, match=r"^flags: access.level is "):
        load_settings(None, {}, {"access.level": ["open"]})


@pytest.mark.parametrize(
    "text",
    [
        "x" + ".a" * 30_000 + "=1",
        "[x" + " . a" * 15_000 + "]",
        "[[x" + ".'a'" * 15_000 + "]]",
        'a = 1 # "\n' + '"x"' + '."a"' * 15_000 + "=1",
        "x={y" + ".a" * 30_000 + "=1}",
        "x=[{y" + ".a" * 30_000 + "=1}]",
        "a = '''\n'\"'''''\nx" + ".a" * 30_000 + "=1",
        'a = """\\""""""""\nx' + ".a" * 30_000 + "=1",
    ],
)
def test_a_key_of_many_parts_is_refused_in_little_memory(text: str) -> None:
    with measured_memory() as memory, pytest.raises(SettingsError, match="a key has more than 8 parts"):
        parse_settings(text)
    assert memory.peak < 4 << 20


@pytest.mark.parametrize("text", ["x=" + "[" * 30_000, "x=" + "{a=" * 15_000, "[access]\nlevel=0x" + "f" * 60_000])
def test_what_python_cannot_read_or_print_is_a_fault_of_the_file(text: str) -> None:
    with pytest.raises(SettingsError, match=r"the text is not TOML: (it is nested too deep|a number has)"):
        parse_settings(text)


@pytest.mark.parametrize("quote", ["'", '"', "'''", '"""'])
def test_dots_in_a_string_or_comment_are_no_parts_of_a_key(quote: str) -> None:
    text = f"[organisation] # 1.2.3.4.5.6.7.8.9.10\nname = {quote}1.2.3.4.5.6.7.8.9.10{quote}"
    assert parse_settings(text).organisation.name == "1.2.3.4.5.6.7.8.9.10"


@given(st.text(alphabet="\"'\\\n#.=a[]{} ", max_size=60))
def test_what_is_read_is_what_python_reads(text: str) -> None:
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        with pytest.raises(ValueError):  # noqa: PT011 - the words are those of either
            read_toml(text)
        return
    if max((key.count(".") for key in text.split("=")), default=0) < 8:
        assert read_toml(text) == expected


@given(st.text(alphabet="\"'\\\n#a ", max_size=40))
def test_no_string_hides_a_key_of_many_parts(start: str) -> None:
    text = f"{start}\nx{'.a' * 20} = 1"
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    if "x" in content:
        with pytest.raises(ValueError, match="parts"):
            read_toml(text)


def test_a_file_larger_than_settings_are_and_a_pipe_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="larger than 64 KiB"):
        load_settings(_file(tmp_path, "#" * (LARGEST_SETTINGS + 1)))
    load_settings(_file(tmp_path, "#" * LARGEST_SETTINGS))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SettingsError, match="it is no file"):
        load_settings(tmp_path / "pipe")
    assert load_settings(Path("/dev/null")) == Settings()


def test_a_later_source_does_not_hide_a_slip_of_an_earlier(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=FILE_NAME):
        load_settings(_file(tmp_path, '[access]\nlevel = "opn"\n'), {"PRESERVE_ACCESS_LEVEL": "open"})


def test_a_variable_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(UsageError, match=r"organisation\.name is") as raised:
        load_settings(None, {"PRESERVE_ORGANISATION_NAME": os.fsdecode(b"\xe9")})
    assert "U+DCE9" in raised.value.hint


@given(st.text(max_size=30))
def test_a_name_is_taken_or_refused_and_never_bends_a_line_of_bag_info(name: str) -> None:
    try:
        taken = load_settings(None, {}, {"organisation.name": name}).organisation.name
    except UsageError:
        return
    assert taken is None or (taken == name.strip() and len(taken.splitlines()) == 1)


# --- finding the file ---


def test_the_file_is_found_in_the_folder_or_where_the_variable_says(tmp_path: Path) -> None:
    assert find_settings(tmp_path, {}) is None
    path = _file(tmp_path, "")
    assert find_settings(tmp_path, {}) == path
    assert find_settings(tmp_path, {"PRESERVE_SETTINGS": ""}) == path
    assert find_settings(tmp_path, {"PRESERVE_SETTINGS": "/etc/other.toml"}) == Path("/etc/other.toml")


def test_a_dangling_link_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).symlink_to(tmp_path / "gone.toml")
    path = find_settings(tmp_path, {})
    assert path is not None
    with pytest.raises(UsageError, match="could not be read"):
        load_settings(path)
