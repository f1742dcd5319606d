"""BagIt Profiles: what a community asks of a bag beyond BagIt.

Profiles of the BagIt Profiles Specification 1.1.0 to 1.4.0 are parsed, and bags are checked against them. A profile is
never fetched from its URI.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar, cast

from preserve.bag.containers import printable
from preserve.bag.model import Fault, Form
from preserve.bag.reading import ScannedBag, read_info_fields, read_lines
from preserve.bag.verifying.dart_profile import OTHER_FIELDS, is_dart, to_standard_layout
from preserve.contracts import contract_bytes
from preserve.digests import algorithm_name
from preserve.errors import UsageError
from preserve.findings import Finding

__all__ = ["KNOWN_PROFILES", "OURS", "Profile", "ProfileError", "TagRule"]

OURS = "bagit-profile-1.0.json"
"""The contract file of the profile that our bags claim."""

KNOWN_PROFILES: Mapping[str, str] = {
    "preserve": OURS,
    "btr": "profiles/btr-1.0.json",
    "aptrust": "profiles/aptrust-2.3.json",
    "swordbagit": "profiles/swordbagit-1.0.json",
    "rda": "profiles/rda-generic-0.1.json",
}
"""The profiles that we carry: the name that people use, and the path of the contract file."""

_Kind = TypeVar("_Kind")
_CLAIM = "bagit-profile-identifier"
_MISNAMED = frozenset({"archive-name-differs", "archive-no-base-directory"})
_LARGEST = 1 << 20
"""Bytes of the largest tag file with fields of its own that is read."""
_STANDARD = ("bagit.txt", "bag-info.txt", "fetch.txt", "manifest-*.txt", "tagmanifest-*.txt")


class ProfileError(UsageError):
    """A text is no BagIt Profile.

    Attributes:
        member: The name of the member of the JSON object that is at fault; empty when it is the whole.
    """

    member: str = ""


@dataclass(frozen=True, slots=True)
class TagRule:
    """What a profile asks of one field of a tag file.

    Attributes:
        required: Whether it must be there.
        recommended: Whether it should be there.
        repeatable: Whether it may be there more than once.
        values: The values that it may have; none means any.
        filled: Whether its value must not be empty.
    """

    required: bool = False
    recommended: bool = False
    repeatable: bool = True
    values: tuple[str, ...] = ()
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """A BagIt Profile.

    Attributes:
        identifier: Its URI, which bags that claim it give as ``BagIt-Profile-Identifier``.
        version: The version of the profile itself.
        specification: The version of the Profiles Specification that it follows.
        info: Rules by label of ``bag-info.txt``.
        versions: Versions of BagIt that are accepted.
        serialization: ``forbidden``, ``required`` or ``optional``.
        media_types: Media types of archives that are accepted.
        name_matches: Whether the base directory must have the name of the archive: DART's profiles ask for it.
        fetch_allowed: Whether a ``fetch.txt`` may be there.
        fetch_required: Whether it must be there (1.4.0).
        data_empty: Whether the payload must be empty, or one file of no bytes (1.4.0).
        manifests_required: Algorithms of payload manifests that must be there.
        manifests_allowed: Algorithms that may be there; ``None`` for any.
        tag_manifests_required: As above, of tag manifests.
        tag_manifests_allowed: As above, of tag manifests.
        tag_files_required: Paths of tag files that must be there.
        tag_files_allowed: Patterns of tag files that may be there; ``None`` for any.
        payload_files_required: Paths that must be there, ``data/`` and all; one that ends in ``/`` is a folder (1.4.0).
        payload_files_allowed: Patterns of payload files that may be there; ``None`` for any (1.4.0).
        other_info: Rules by label of other tag files, by the path of the file; DART's profiles have them.
    """

    identifier: str
    version: str
    specification: str
    info: Mapping[str, TagRule]
    versions: tuple[str, ...]
    serialization: str = "optional"
    media_types: tuple[str, ...] = ()
    name_matches: bool = False
    fetch_allowed: bool = True
    fetch_required: bool = False
    data_empty: bool = False
    manifests_required: tuple[str, ...] = ()
    manifests_allowed: tuple[str, ...] | None = None
    tag_manifests_required: tuple[str, ...] = ()
    tag_manifests_allowed: tuple[str, ...] | None = None
    tag_files_required: tuple[str, ...] = ()
    tag_files_allowed: tuple[str, ...] | None = None
    payload_files_required: tuple[str, ...] = ()
    payload_files_allowed: tuple[str, ...] | None = None
    other_info: Mapping[str, Mapping[str, TagRule]] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str | bytes) -> Profile:
        """Parse the JSON of a profile, as the specification or as DART writes it.

        Raises:
            UsageError: It is not JSON, lacks what every profile has, or has a member of the wrong type.
        """
        try:
            document = json.loads(text)
            # RFC 8259 8.2: an escape may be half of a surrogate pair, and no message about it could be written.
            json.dumps(document, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise _unfit(f"it is not JSON: {error}") from error
        if not isinstance(document, dict):
            raise _unfit("it is no JSON object")
        if is_dart(document):
            document = to_standard_layout(document)
        about = _member(document, "BagIt-Profile-Info", dict, {})
        identifier = _member(about, "BagIt-Profile-Identifier", str, "")
        if not identifier:
            raise _unfit("BagIt-Profile-Info names no BagIt-Profile-Identifier", "BagIt-Profile-Info")
        versions = _texts(document, "Accept-BagIt-Version")
        if not versions:
            raise _unfit("Accept-BagIt-Version names no version", "Accept-BagIt-Version")
        return cls(
            identifier=identifier,
            version=_member(about, "Version", str, ""),
            # BagIt Profiles 1.4.0: "any profile not explicitly defining BagIt-Profile-Version should be treated as
            # conforming to version 1.1.0".
            specification=_member(about, "BagIt-Profile-Version", str, "1.1.0"),
            info=_tag_rules(_member(document, "Bag-Info", dict, {})),
            versions=versions,
            serialization=_serialization(document),
            media_types=_texts(document, "Accept-Serialization") or (),
            name_matches=_member(document, "Deserialization-Match-Required", bool, False),
            fetch_allowed=_member(document, "Allow-Fetch.txt", bool, True),
            fetch_required=_member(document, "Fetch.txt-Required", bool, False),
            data_empty=_member(document, "Data-Empty", bool, False),
            manifests_required=_algorithms(document, "Manifests-Required") or (),
            manifests_allowed=_algorithms(document, "Manifests-Allowed"),
            tag_manifests_required=_algorithms(document, "Tag-Manifests-Required") or (),
            tag_manifests_allowed=_algorithms(document, "Tag-Manifests-Allowed"),
            tag_files_required=_texts(document, "Tag-Files-Required") or (),
            tag_files_allowed=_texts(document, "Tag-Files-Allowed"),
            payload_files_required=_texts(document, "Payload-Files-Required") or (),
            payload_files_allowed=_texts(document, "Payload-Files-Allowed"),
            other_info={
                file: _tag_rules(_member(_member(document, OTHER_FIELDS, dict, {}), file, dict, {}))
                for file in _member(document, OTHER_FIELDS, dict, {})
            },
        )

    @classmethod
    def ours(cls) -> Profile:
        """Return the profile that our bags claim, ``schemas/bagit-profile-1.0.json``."""
        return _ours()

    @classmethod
    def by_name(cls, name: str) -> Profile:
        """Return a profile that we carry, by its name in :data:`KNOWN_PROFILES`.

        Raises:
            UsageError: There is none of that name.
        """
        if name not in KNOWN_PROFILES:
            hint = f"Known are: {', '.join(KNOWN_PROFILES)}. Or name a file."
            raise UsageError(f"no BagIt Profile is named {name!r}, and there is no such file", hint=hint)
        return cls.parse(contract_bytes(KNOWN_PROFILES[name]))

    @classmethod
    def claimed_by(cls, info: Iterable[tuple[str, str]]) -> tuple[Profile, ...]:
        """Return the profiles that a bag claims and that we carry.

        Args:
            info: The fields of its ``bag-info.txt``.
        """
        names = {value for label, value in info if label.lower() == _CLAIM}
        carried = map(cls.by_name, KNOWN_PROFILES) if names else ()
        return tuple(profile for profile in carried if profile.identifier in names)

    def check(self, bag: ScannedBag) -> Iterator[Finding]:
        """Give everything in which a bag differs from this profile."""
        yield from self._check_info(bag)
        yield from self._check_kind(bag)
        yield from self._check_manifests(bag)
        yield from self._check_files(bag)

    def _check_info(self, bag: ScannedBag) -> Iterator[Finding]:
        claims = [value for label, value in bag.info if label.lower() == _CLAIM]
        if self.identifier not in claims:
            says = f"it names {', '.join(claims)[:300]}" if claims else "it names none"
            yield Finding.of("profile-not-claimed", "bag-info.txt", f"{says}; the profile is {self.identifier}")
        yield from _fields("bag-info.txt", bag.info, self.info)
        for file, rules in self.other_info.items():
            if file in bag.tags:
                yield from _fields(file, _info_of(bag, file), rules)
            elif any(rule.required for rule in rules.values()):
                yield Finding.of("profile-tag-file-missing", file, "it has fields that are required")

    def _check_kind(self, bag: ScannedBag) -> Iterator[Finding]:
        if bag.version not in self.versions:
            says = f"BagIt {bag.version or 'of no version'}; accepted are {', '.join(self.versions)}"
            yield Finding.of("profile-version", "bagit.txt", says)
        packed = bag.form is not Form.DIRECTORY
        if packed and self.serialization == "forbidden":
            yield Finding.of("profile-serialization", "", f"the bag is a {bag.form}; only folders are accepted")
        elif packed and not bag.container.media_types & set(self.media_types):
            accepted = ", ".join(self.media_types) or "none"
            yield Finding.of("profile-serialization", "", f"the bag is a {bag.form}; accepted are {accepted}")
        elif not packed and self.serialization == "required":
            yield Finding.of("profile-serialization", "", "the bag is a folder; an archive is required")
        if self.name_matches and any(finding.code in _MISNAMED for finding in bag.findings):
            yield Finding.of("profile-serialization", "", "the base directory must have the name of the archive")
        if "fetch.txt" in bag.tags and not self.fetch_allowed:
            yield Finding.of("profile-fetch", "fetch.txt", "the file is forbidden")
        elif "fetch.txt" not in bag.tags and self.fetch_required:
            yield Finding.of("profile-fetch", "fetch.txt", "the file is required")

    def _check_manifests(self, bag: ScannedBag) -> Iterator[Finding]:
        rules = (
            (False, "manifest", self.manifests_required, self.manifests_allowed),
            (True, "tagmanifest", self.tag_manifests_required, self.tag_manifests_allowed),
        )
        for of_tags, kind, required, allowed in rules:
            named = {algorithm: name for name, algorithm in bag.manifest_names(of_tags=of_tags)}
            for algorithm in required:
                if algorithm not in named:
                    yield Finding.of("profile-manifest-missing", f"{kind}-{algorithm}.txt", "the file is required")
            for algorithm, name in named.items():
                if allowed is not None and algorithm not in allowed:
                    says = f"accepted are {', '.join(allowed) or 'none'}"
                    yield Finding.of("profile-manifest-not-allowed", printable(name), says)

    def _check_files(self, bag: ScannedBag) -> Iterator[Finding]:
        for path in self.tag_files_required:
            if path not in bag.tags:
                yield Finding.of("profile-tag-file-missing", path, "the file is required")
        others = (path for path in bag.tags if not _matches(path, _STANDARD))
        yield from _not_allowed("profile-tag-file-not-allowed", others, self.tag_files_allowed)
        for path in self.payload_files_required:
            if path not in bag.payload and not (path.endswith("/") and any(p.startswith(path) for p in bag.payload)):
                yield Finding.of("profile-payload-file-missing", path, "it is required")
        yield from _not_allowed("profile-payload-file-not-allowed", bag.payload, self.payload_files_allowed)
        if self.data_empty and (len(bag.payload) > 1 or any(entry.size for entry in bag.payload.values())):
            yield Finding.of("profile-data-not-empty", "data", "the payload must be empty, or one file of no bytes")


def _info_of(bag: ScannedBag, file: str) -> tuple[tuple[str, str], ...]:
    """Read another tag file in the form of ``bag-info.txt``; one that cannot be read has no fields."""
    entry = bag.tags[file]
    if entry.size > _LARGEST:
        return ()
    try:
        data = b"".join(chunk for _entry, chunks in bag.container.contents((entry,)) for chunk in chunks)
    except OSError:
        return ()
    faults: list[Fault] = []
    return tuple(read_info_fields(read_lines((data,), "utf-8", faults, bag.container.limits), faults))


def _fields(file: str, info: Iterable[tuple[str, str]], rules: Mapping[str, TagRule]) -> Iterator[Finding]:
    given: dict[str, list[str]] = {}
    for label, value in info:
        given.setdefault(label.lower(), []).append(value)
    for label, rule in rules.items():
        values = given.get(label.lower(), [])
        if not values and rule.required:
            yield Finding.of("profile-field-missing", file, f"{label} is required")
        elif not values and rule.recommended:
            yield Finding.of("profile-field-recommended", file, f"{label} is recommended")
        if len(values) > 1 and not rule.repeatable:
            yield Finding.of("profile-field-repeated", file, f"{label} is given {len(values)} times")
        for value in values:
            if rule.values and value not in rule.values:
                says = f"{label} is {value[:120]!r}; accepted are {', '.join(rule.values)}"
                yield Finding.of("profile-field-value", file, says)
            elif rule.filled and not value:
                yield Finding.of("profile-field-value", file, f"{label} is empty")


@lru_cache(maxsize=1)
def _ours() -> Profile:
    return Profile.parse(contract_bytes(OURS))


def _matches(path: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def _not_allowed(code: str, paths: Iterable[str], allowed: tuple[str, ...] | None) -> Iterator[Finding]:
    if allowed is None:
        return
    for path in paths:
        if not _matches(path, allowed):
            yield Finding.of(code, printable(path), f"accepted are {', '.join(allowed) or 'none'}")


def _unfit(reason: str, member: str = "") -> ProfileError:
    error = ProfileError(f"this is no BagIt Profile: {reason}", hint="See the BagIt Profiles Specification 1.4.0.")
    error.member = member
    return error


def _member(document: Mapping[str, object], name: str, kind: type[_Kind], default: _Kind) -> _Kind:
    value = document.get(name, default)
    if not isinstance(value, kind):
        raise _unfit(f"{name} is no {kind.__name__}", name)
    return value


def _texts(document: Mapping[str, object], name: str) -> tuple[str, ...] | None:
    if name not in document:
        return None
    value = document[name]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _unfit(f"{name} is no list of strings", name)
    return tuple(cast("list[str]", value))


def _algorithms(document: Mapping[str, object], name: str) -> tuple[str, ...] | None:
    """Read a list of algorithms in any spelling: some published profiles write ``sha-256``."""
    names = _texts(document, name)
    try:
        return None if names is None else tuple(algorithm_name(each) for each in names)
    except UsageError as error:
        raise _unfit(f"{name}: {error.message}", name) from error


def _serialization(document: Mapping[str, object]) -> str:
    value = _member(document, "Serialization", str, "optional")
    if value not in {"forbidden", "required", "optional"}:
        raise _unfit(f"Serialization is {value!r}", "Serialization")
    return value


def _tag_rules(document: Mapping[str, object]) -> dict[str, TagRule]:
    rules = {}
    for label in document:
        rule = _member(document, label, dict, {})
        rules[label] = TagRule(
            required=_member(rule, "required", bool, False),
            recommended=_member(rule, "recommended", bool, False),
            repeatable=_member(rule, "repeatable", bool, True),
            values=_texts(rule, "values") or (),
            filled=_member(rule, "filled", bool, False),
        )
    return rules
