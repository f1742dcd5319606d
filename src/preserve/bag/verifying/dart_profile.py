"""BagIt Profiles in the layout of DART and APTrust, read as the specification would write them.

Scope: from the one JSON to the other; the same requirements under other names, and fields of tag files other than
``bag-info.txt``, which the specification has no place for. Not in scope: what they mean (``profile``).
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["OTHER_FIELDS", "is_dart", "to_standard"]

OTHER_FIELDS = "Other-Fields"
"""Where we put the rules for fields of other tag files: file name, then label."""

_NAMES: Mapping[str, str] = {
    "acceptBagItVersion": "Accept-BagIt-Version",
    "acceptSerialization": "Accept-Serialization",
    "allowFetchTxt": "Allow-Fetch.txt",
    "manifestsAllowed": "Manifests-Allowed",
    "manifestsRequired": "Manifests-Required",
    "serialization": "Serialization",
    "tagFilesAllowed": "Tag-Files-Allowed",
    "tagFilesRequired": "Tag-Files-Required",
    "tagManifestsAllowed": "Tag-Manifests-Allowed",
    "tagManifestsRequired": "Tag-Manifests-Required",
    "tarDirMustMatchName": "Deserialization-Match-Required",
}
_ABOUT: Mapping[str, str] = {
    "bagItProfileIdentifier": "BagIt-Profile-Identifier",
    "bagItProfileVersion": "BagIt-Profile-Version",
    "version": "Version",
}
# Empty lists of what is allowed mean "anything" in that layout; the specification leaves them out.
_ANY_WHEN_EMPTY = frozenset({"Manifests-Allowed", "Tag-Manifests-Allowed", "Tag-Files-Allowed"})


def is_dart(document: Mapping[str, object]) -> bool:
    """Tell whether a profile is in this layout."""
    return "bagItProfileInfo" in document


def to_standard(document: Mapping[str, object]) -> dict[str, object]:
    """Return the profile as the specification would write it; a wrong type is left for its reader to find."""
    about = document["bagItProfileInfo"]
    stated = about.items() if isinstance(about, dict) else ()
    known = {_ABOUT[name]: value for name, value in stated if name in _ABOUT and value}
    written: dict[str, object] = {
        _NAMES[name]: value
        for name, value in document.items()
        if name in _NAMES and not (_NAMES[name] in _ANY_WHEN_EMPTY and value == [])
    }
    fields: dict[str, dict[str, object]] = {}
    tags = document.get("tags")
    for tag in tags if isinstance(tags, list) else []:
        if isinstance(tag, dict) and tag.get("tagFile") != "bagit.txt":
            fields.setdefault(str(tag.get("tagFile")), {})[str(tag.get("tagName"))] = _rule(tag)
    return {
        "BagIt-Profile-Info": known,
        **written,
        "Bag-Info": fields.pop("bag-info.txt", {}),
        OTHER_FIELDS: fields,
    }


def _rule(tag: Mapping[str, object]) -> dict[str, object]:
    rule: dict[str, object] = {"required": tag.get("required", False)}
    if tag.get("values"):
        rule["values"] = tag["values"]
    # "emptyOk": a field that may be there without a value.
    if tag.get("required") and tag.get("emptyOk") is False:
        rule["filled"] = True
    return rule
