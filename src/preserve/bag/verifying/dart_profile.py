"""BagIt Profiles in the layout of DART and APTrust, translated into that of the specification.

The requirements are the same under other names. DART also has rules for fields of tag files other than
``bag-info.txt``, for which the specification has no place; here they are put under a name of our own.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["OTHER_FIELDS", "is_dart", "to_standard_layout"]

OTHER_FIELDS = "Other-Fields"
"""The member that holds the rules for fields of other tag files, by file name and label."""

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
# In DART's layout an empty list of what is allowed means "anything"; the specification leaves the member out for that.
_ANY_WHEN_EMPTY = frozenset({"Manifests-Allowed", "Tag-Manifests-Allowed", "Tag-Files-Allowed"})


def is_dart(document: Mapping[str, object]) -> bool:
    """Tell whether a profile is in this layout."""
    return "bagItProfileInfo" in document


def to_standard_layout(document: Mapping[str, object]) -> dict[str, object]:
    """Return the profile as the specification would write it; wrong types are left for its parser to find."""
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
    # "emptyOk" false: a field that must not be there without a value.
    if tag.get("required") and tag.get("emptyOk") is False:
        rule["filled"] = True
    return rule
