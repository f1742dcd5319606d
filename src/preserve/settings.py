"""The institution's settings, each with its default, its rule, and its words in the template.

They come from a file, ``preserve.toml``, then from the environment (``PRESERVE_<TABLE>_<KEY>``, such as
``PRESERVE_ACCESS_LEVEL``; the archive's root is ``PRESERVE_ARCHIVE``), then from flags (``"access.level"``); a later
source wins. No file is needed, as every setting has a default. In the environment a list is separated by commas, and an
empty variable counts as not set.

The file may be anybody's: every command reads the one in the working folder. So its size is bounded, and so is the
length of its keys.
"""

from __future__ import annotations

import json
import os
import re
import reprlib
import stat
import textwrap
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from difflib import get_close_matches
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Literal, get_args

from preserve.digests import WEAK, algorithm_name
from preserve.errors import UsageError

__all__ = [
    "CABLE",
    "FILE_NAME",
    "LARGEST_SETTINGS",
    "AccessLevel",
    "AccessSettings",
    "ArchiveSettings",
    "BagForm",
    "BagSettings",
    "Organisation",
    "RightsSettings",
    "Settings",
    "SettingsError",
    "find_settings",
    "load_settings",
    "parse_settings",
    "read_toml",
    "settings_template",
]

FILE_NAME = "preserve.toml"
"""The name of the settings file in the working folder."""

LARGEST_SETTINGS = 64 << 10
"""Bytes of the largest settings file that is read; the template with all its comments has some 4 KiB."""

_MOST_PARTS = 8
"""Parts of the longest key of TOML that is read; a setting has two."""

AccessLevel = Literal["open", "restricted", "embargoed", "metadata-only"]
BagForm = Literal["directory", "tar", "tar.zst", "zip"]

_STATEMENT = (
    "Work of the United States Government, without copyright in the United States (17 U.S.C. 105); texts of others "
    "that it quotes, and the words of the site that published it, may be protected."
)
_ADVISORY = (
    "The originator of this cable marked it as classified or as for official use; that marking is shown as printed, "
    "and nothing here says that it has ended. The cable was published without the authorization of its originator. It "
    "names private persons, some of whom may come to harm by being found. Readers are asked to use it with care and "
    "not to spread the names. The holding institution answers questions, and considers every request to restrict or "
    "take down this package."
)

_ARCHIVE = Path("archive")

CABLE = "cable"
"""The group of a bag that holds one cable."""
_GROUPS = (CABLE, "post-month", "post-year", "release")

_Rule = Callable[[object], object]
"""Turns a raw value into the value of a setting, or raises a ValueError that says what is allowed."""


# --- rules ---


def _text(value: object, controls: str = "") -> str | None:
    if not isinstance(value, str):
        raise ValueError("it must be text")  # noqa: TRY004 - the rules speak with one kind of error
    for character in value:
        unprintable = unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in "\ufffe\uffff"
        if unprintable and character not in controls:
            raise ValueError(
                f"it holds U+{ord(character):04X}; it must be "
                + ("printable text" if controls else "one line without control characters")
            )
    return value.strip() or None


def _prose(value: object) -> str | None:
    return _text(value, controls="\n")


def _email(value: object) -> str | None:
    address = _text(value)
    if address is not None:
        local, at, host = address.partition("@")
        if not (local and at and host) or "@" in host or any(character.isspace() for character in address):
            raise ValueError("it must be one e-mail address, such as archives@example.org")
    return address


def _web_address(value: object) -> str:
    address = _text(value)
    # The characters that RFC 3986 2.2 and 2.3 leave unescaped in a path or query, without the rarer delimiters.
    if address is None or not re.fullmatch(r"https?://[A-Za-z0-9.-]+/[A-Za-z0-9._~/?=&#-]*", address):
        raise ValueError("it must be the http or https address of a rights statement or licence")
    return address


def _one_of(words: tuple[str, ...]) -> _Rule:
    def rule(value: object) -> str:
        if isinstance(value, str) and value in words:
            return value
        raise ValueError(f"it must be one of {', '.join(words)}{_meant(str(value), words)}")

    return rule


def _algorithms(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
        raise ValueError('it must be a list of digest algorithms, such as ["sha512"]')
    try:
        names = tuple(dict.fromkeys(algorithm_name(name) for name in value))
    except UsageError as error:
        raise ValueError(f"{error.message}; {error.hint[0].lower()}{error.hint[1:].rstrip('.')}") from error
    if set(names) <= WEAK:
        raise ValueError("it must hold an algorithm that withstands attacks, such as sha512 or sha256")
    return names


def _folder(value: object) -> Path:
    path = _text(value)
    if path is None or path.startswith("~"):
        raise ValueError("it must be the path of a folder; '~' is not expanded here")
    return Path(path)


_access_level = _one_of(get_args(AccessLevel))
_bag_form = _one_of(get_args(BagForm))


def _group(value: object) -> str:
    word = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(word, str) and (word in _GROUPS or re.fullmatch(r"[1-9][0-9]{0,3}|10000", word)):
        return word
    raise ValueError(f"it must be {', '.join(_GROUPS)} or a number up to 10000{_meant(str(value), _GROUPS)}")


def _meant(word: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(word, known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


# --- the settings ---


def _setting(default: object, rule: _Rule, text: str, *, variable: str | None = None) -> Any:
    return field(default=default, metadata={"rule": rule, "text": text, "variable": variable})


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Who holds the bags, for ``bag-info.txt``; what is ``None`` is left out."""

    name: str | None = _setting(None, _text, "The institution: Source-Organization of bag-info.txt.")
    address: str | None = _setting(None, _text, "Its address, on one line: Organization-Address.")
    contact_name: str | None = _setting(None, _text, "Whom to ask, rather an office than a person: Contact-Name.")
    contact_email: str | None = _setting(None, _email, "Where to ask, and to request a take-down: Contact-Email.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessSettings:
    """Who may see the cables: the institution's decision, which depends neither on the marking nor on copyright."""

    level: AccessLevel = _setting(  # noqa: RUF009 - it is a field()
        "restricted", _access_level, "Who may see the cables: open, restricted, embargoed or metadata-only."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsSettings:
    """What is said about copyright, and to the reader."""

    copyright: str = _setting(
        "http://rightsstatements.org/vocab/NoC-US/1.0/",
        _web_address,
        "The address of the rights statement or licence. NoC-US: no copyright, United States.",
    )
    statement: str | None = _setting(_STATEMENT, _text, "The same in a sentence, on one line: Rights-Statement.")
    advisory: str | None = _setting(
        _ADVISORY, _prose, "What a reader should know first. The contact of [organisation] is added to it."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BagSettings:
    """How bags are written."""

    digests: tuple[str, ...] = _setting(
        ("sha512",), _algorithms, "The algorithms of the manifests; several are computed in one pass."
    )
    form: BagForm = _setting(  # noqa: RUF009
        "directory",
        _bag_form,
        "A bag is a directory, one tar (less space for very many bags), one tar in Zstandard, or one zip.",
    )
    group: str = _setting(
        CABLE,
        _group,
        "What a bag holds: one cable, or the cables of a release, of its posts and years (post-year), of its posts and "
        "months (post-month), or a number of them, up to 10000. A bag never holds cables of two releases.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSettings:
    """Where the bags are kept."""

    root: Path = _setting(  # noqa: RUF009
        _ARCHIVE,
        _folder,
        "The root of the archive. In this file a relative path starts at the file's own folder.",
        variable="PRESERVE_ARCHIVE",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings; each attribute is the table of ``preserve.toml`` with the same name."""

    organisation: Organisation = field(default_factory=Organisation)
    access: AccessSettings = field(default_factory=AccessSettings)
    rights: RightsSettings = field(default_factory=RightsSettings)
    bags: BagSettings = field(default_factory=BagSettings)
    archive: ArchiveSettings = field(default_factory=ArchiveSettings)

    @property
    def notice(self) -> str | None:
        """The advisory, followed by the institution's contact, as far as they are set."""
        who = self.organisation
        parts = [part for part in (who.name, who.contact_name, who.address, who.contact_email) if part]
        contact = f"Contact: {', '.join(parts)}" if parts else None
        return " ".join(part for part in (self.rights.advisory, contact) if part) or None


_TABLES: Mapping[str, type] = {
    "organisation": Organisation,
    "access": AccessSettings,
    "rights": RightsSettings,
    "bags": BagSettings,
    "archive": ArchiveSettings,
}


@dataclass(frozen=True, slots=True)
class _Key:
    """One setting: its place, its rule, and the variable that sets it."""

    table: str
    name: str
    default: object
    rule: _Rule
    text: str
    variable: str


@lru_cache(maxsize=1)
def _keys() -> Mapping[str, _Key]:
    return {
        f"{table}.{each.name}": _Key(
            table,
            each.name,
            each.default,
            each.metadata["rule"],
            each.metadata["text"],
            each.metadata["variable"] or f"PRESERVE_{table}_{each.name}".upper(),
        )
        for table, kind in _TABLES.items()
        for each in fields(kind)
        if each.default is not MISSING
    }


# --- reading ---


class SettingsError(UsageError):
    """A setting, or the text that the settings stand in, cannot be used.

    Attributes:
        says: What is wrong, without the file or variable that the message names first.
        key: The setting as ``table.key``, or its table alone; ``None`` when no single setting is at fault.
        place: Line and column in the text, both from 1; ``None`` where no line is known.
    """

    says: str = ""
    key: str | None = None
    place: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Given:
    """A raw value and where it comes from: the text that it stands in, and the folder of its relative paths."""

    key: str
    value: object
    where: str
    folder: Path = Path()
    text: str = ""


def find_settings(start: Path, environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the settings file: what ``PRESERVE_SETTINGS`` names, else ``preserve.toml`` in a folder, else ``None``."""
    named = environment.get("PRESERVE_SETTINGS", "")
    if named:
        return Path(named)
    here = start / FILE_NAME
    # A file that cannot be read and a dangling link count too: to pass over them would be to pass over an access level.
    return here if os.path.lexists(here) else None


def load_settings(
    path: Path | None = None,
    environment: Mapping[str, str] | None = None,
    overrides: Mapping[str, str | list[str]] | None = None,
) -> Settings:
    """Return the settings.

    Args:
        path: The settings file; ``None`` for none.
        environment: Variables by name; those that start with ``PRESERVE_`` count.
        overrides: Values of flags by ``"table.key"``.

    Raises:
        SettingsError: The file cannot be read or is not TOML, a key is unknown, or a value is not allowed.
    """
    file = () if path is None else _from_text(_read(path), str(path), path.parent)
    return _merge(chain(file, _from_environment(environment or {}), _from_overrides(overrides or {})))


def parse_settings(text: str, name: str = FILE_NAME) -> Settings:
    """Return the settings that a text gives by itself, without environment and flags.

    Args:
        text: TOML, as in a settings file.
        name: What errors call the text.

    Raises:
        SettingsError: The text is not TOML, a key is unknown, or a value is not allowed.
    """
    return _merge(_from_text(text, name, Path()))


def _merge(given_values: Iterable[_Given]) -> Settings:
    """Judge every value, also one that a later source replaces, and keep the last of each key."""
    values: dict[str, dict[str, object]] = {table: {} for table in _TABLES}
    for given in given_values:
        key = _keys()[given.key]
        try:
            value = key.rule(given.value)
        except ValueError as error:
            says = f"{given.key} is {reprlib.repr(given.value)}"
            raise _slip(given.where, says, _sentence(str(error)), key=given.key, text=given.text) from None
        values[key.table][key.name] = given.folder / value if isinstance(value, Path) else value
    return Settings(**{table: kind(**values[table]) for table, kind in _TABLES.items()})


def _read(path: Path) -> str:
    try:
        # Non-blocking, so that a named pipe of that name cannot hold up every command.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISCHR(mode)):  # /dev/null is one way to say "no settings"
                raise _slip(str(path), "it is no file", "Name a file with PRESERVE_SETTINGS.")
            data = file.read(LARGEST_SETTINGS + 1)
        if len(data) > LARGEST_SETTINGS:
            says = f"it is larger than {LARGEST_SETTINGS >> 10} KiB, too large for settings"
            raise _slip(str(path), says, "Is it the right file? A good start is: preserve init.")
        return data.decode("utf-8")
    except OSError as error:
        raise SettingsError(
            f"the settings file {path} could not be read: {error.strerror}",
            hint="Name another with PRESERVE_SETTINGS, or make one with: preserve init.",
        ) from error
    except UnicodeDecodeError as error:
        raise _slip(str(path), f"the text is not UTF-8: {error}", "Save it as UTF-8.") from error


# What a dot of TOML can stand in without joining parts of a key. A string that does not end counts as one up to where
# it should have ended: Python's reader stops there, and each character is looked at once.
_TOML_STRING = re.compile(
    r'''
    """ (?: [^"\\]++ | \\. | "(?!"") )*+ "{0,5}
    | \'{3} (?: [^']++ | \'(?!\'\') )*+ \'{0,5}
    | " (?: [^"\\\n]++ | \\. )*+ "?
    | \' [^'\n]*+ \'?
    | \# [^\n]*+
    ''',
    re.DOTALL | re.VERBOSE,
)
_LONG_KEY = re.compile(rf"(?:\.[ \t]*+[\w-]++[ \t]*+){{{_MOST_PARTS}}}")
# Python limits the digits of a decimal number only, and then cannot print such a number.
_LONG_NUMBER = re.compile(r"\b0[xob]\w{100}")


def read_toml(text: str) -> dict[str, object]:
    """Return the content of a text in TOML, in memory and time that grow as its length.

    Python's reader keeps each beginning of a dotted key: one key of 30,000 parts takes 3.5 GB.

    Raises:
        ValueError: It is not TOML, has a key of more than eight parts or a number of more than 100 digits, or is
            nested too deep.
    """
    without_strings = _TOML_STRING.sub("_", text)
    if _LONG_KEY.search(without_strings):
        raise ValueError(f"a key has more than {_MOST_PARTS} parts")
    if _LONG_NUMBER.search(without_strings):
        raise ValueError("a number has more than 100 digits")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


# The words of tomllib are the only place where Python before 3.14 tells the line.
_TOML_PLACE = re.compile(r"\(at line ([0-9]+), column ([0-9]+)\)$")


def _from_text(text: str, where: str, folder: Path) -> Iterator[_Given]:
    text = text.removeprefix("\ufeff")
    try:
        content = read_toml(text)
    except ValueError as error:
        slip = _slip(where, f"the text is not TOML: {error}", "See https://toml.io for the form.")
        if stated := _TOML_PLACE.search(str(error)):
            slip.place = (int(stated[1]), int(stated[2]))
        raise slip from error
    for table, section in content.items():
        if table not in _TABLES:
            raise _unknown(where, f"[{table}]", table, tuple(_TABLES), key=table, text=text)
        if not isinstance(section, dict):
            raise _slip(where, f"{table} is a value", f"Write it as a table: [{table}].", key=table, text=text)
        for name, value in section.items():
            dotted = f"{table}.{name}"
            if dotted not in _keys():
                known = tuple(key.name for key in _keys().values() if key.table == table)
                raise _unknown(where, f"{name} in [{table}]", name, known, key=dotted, text=text)
            yield _Given(dotted, value, where, folder, text)


def _from_environment(environment: Mapping[str, str]) -> Iterator[_Given]:
    by_variable = {key.variable: dotted for dotted, key in _keys().items()}
    known = {variable.removeprefix("PRESERVE_"): variable for variable in (*by_variable, "PRESERVE_SETTINGS")}
    for variable in sorted(name for name in environment if name.startswith("PRESERVE_")):
        value = environment[variable]
        if variable in by_variable:
            if value:
                yield _Given(by_variable[variable], _split(by_variable[variable], value), variable)
            continue
        # Others may have variables that begin like ours. One that looks like a slip of ours is refused, so that nobody
        # sets an access level to no effect.
        bare = variable.removeprefix("PRESERVE_")
        slip = bare.lower().startswith(tuple(f"{table}_" for table in _TABLES))
        if bare not in known and (slip or get_close_matches(bare, known, n=1, cutoff=0.8)):
            raise _unknown("environment", variable, bare, tuple(known), prefix="PRESERVE_")


def _from_overrides(overrides: Mapping[str, str | list[str]]) -> Iterator[_Given]:
    for dotted, value in overrides.items():
        if dotted not in _keys():
            raise _unknown("flags", dotted, dotted, tuple(_keys()), key=dotted)
        yield _Given(dotted, _split(dotted, value) if isinstance(value, str) else value, "flags")


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _split(dotted: str, value: str) -> object:
    """Return the raw value that a variable or flag means: a list where the setting is one."""
    return [part.strip() for part in value.split(",")] if isinstance(_keys()[dotted].default, tuple) else value


def _unknown(
    where: str,
    what: str,
    word: str,
    known: tuple[str, ...],
    *,
    prefix: str = "",
    key: str | None = None,
    text: str = "",
) -> SettingsError:
    close = get_close_matches(word, known, n=1)
    meant = f"Did you mean {prefix}{close[0]}? " if close else ""
    hint = f"{meant}Known: {', '.join(prefix + each for each in known)}."
    return _slip(where, f"{what} is no setting", hint, key=key, text=text)


def _slip(where: str, says: str, hint: str, *, key: str | None = None, text: str = "") -> SettingsError:
    error = SettingsError(f"{where}: {says}", hint=hint)
    error.says, error.key = says, key
    error.place = None if key is None else _place_of(key, text)
    return error


_HEADER = re.compile(r"\s*\[\s*([A-Za-z0-9_-]+)")
_ASSIGNED = re.compile(r"\s*([A-Za-z0-9_.-]+)\s*=")


def _place_of(key: str, text: str) -> tuple[int, int] | None:
    """Return line and column of a setting in TOML, or of its table where the setting has no line of its own.

    The standard library's reader of TOML keeps no places.
    """
    table, nearest = "", None
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            table = header[1]
            here, place = table, (number, 1)
        elif assigned := _ASSIGNED.match(line):
            here, place = f"{table}.{assigned[1]}".removeprefix("."), (number, assigned.start(1) + 1)
        else:
            continue
        if here == key:
            return place
        if nearest is None and key.startswith(f"{here}."):
            nearest = place
    return nearest


# --- writing ---


def settings_template() -> str:
    """Return the commented ``preserve.toml``: each setting with its default, commented out."""
    lines = [
        "# Settings of preserve. A line that starts with # and no space shows a default: remove the # to change it.",
        "# Variables of the environment (named in brackets) win over this file, and flags over both.",
    ]
    for table in _TABLES:
        lines += ["", f"[{table}]"]
        for key in (key for key in _keys().values() if key.table == table):
            lines += [f"# {line}" for line in textwrap.wrap(f"{key.text} [{key.variable}]", 116)]
            lines += [f"#{line}" for line in _assignment(key.name, key.default)]
    return "\n".join(lines) + "\n"


def _assignment(name: str, value: object) -> list[str]:
    """Return the lines of ``name = value`` in TOML; each line of a long text ends with a backslash."""
    if isinstance(value, tuple):
        return [f"{name} = {json.dumps(list(value))}"]
    text = json.dumps("" if value is None else str(value), ensure_ascii=False)
    if len(text) <= 100:
        return [f"{name} = {text}"]
    wrapped = textwrap.wrap(text[1:-1], 110, break_long_words=False, break_on_hyphens=False)
    return [f'{name} = """\\', *(f"{line} \\" for line in wrapped[:-1]), f'{wrapped[-1]}"""']
