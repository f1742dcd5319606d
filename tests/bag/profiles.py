"""Profiles, each with the exact set of codes that the bag of ``test_profile`` must give under it."""

from __future__ import annotations

import json

from preserve.bag.verifying.profile import Profile

URI = "https://example.org/profile.json"
INFO = f"Payload-Oxum: 1.1\nBagIt-Profile-Identifier: {URI}\nAccess: restricted\n"


def profile(**members: object) -> Profile:
    document = {
        "BagIt-Profile-Info": {"BagIt-Profile-Identifier": URI, "BagIt-Profile-Version": "1.4.0", "Version": "1"},
        "Accept-BagIt-Version": ["1.0"],
        **{name.replace("_", "-").replace("-txt", ".txt"): value for name, value in members.items()},
    }
    return Profile.parse(json.dumps(document))


CASES: list[tuple[str, set[str], Profile]] = [
    ("nothing-asked", set(), profile()),
    ("met", set(), profile(Bag_Info={"access": {"required": True, "values": ["restricted", "open"]}})),
    ("field", {"profile-field-missing"}, profile(Bag_Info={"Contact-Name": {"required": True}})),
    ("recommended", {"profile-field-recommended"}, profile(Bag_Info={"Contact-Name": {"recommended": True}})),
    ("value", {"profile-field-value"}, profile(Bag_Info={"Access": {"values": ["open"]}})),
    ("version", {"profile-version"}, profile(Accept_BagIt_Version=["0.97"])),
    ("archive", {"profile-serialization"}, profile(Serialization="required", Accept_Serialization=["application/zip"])),
    ("fetch", {"profile-fetch"}, profile(**{"Fetch.txt-Required": True})),
    ("manifest", {"profile-manifest-missing"}, profile(Manifests_Required=["sha-256"])),
    ("tagmanifest", {"profile-manifest-missing"}, profile(Tag_Manifests_Required=["md5"])),
    ("allowed", {"profile-manifest-not-allowed"}, profile(Manifests_Allowed=["md5"])),
    ("tag-allowed", {"profile-manifest-not-allowed"}, profile(Tag_Manifests_Allowed=["md5"])),
    ("tag-file", {"profile-tag-file-missing"}, profile(Tag_Files_Required=["metadata/datacite.xml"])),
    ("tag-pattern", {"profile-tag-file-not-allowed"}, profile(Tag_Files_Allowed=["metadata/*"])),
    ("tag-pattern-met", set(), profile(Tag_Files_Allowed=["no*.txt"])),
    ("payload", {"profile-payload-file-missing"}, profile(Payload_Files_Required=["data/b", "data/c/"])),
    ("payload-folder", set(), profile(Payload_Files_Required=["data/a.txt", "data/"])),
    ("payload-pattern", {"profile-payload-file-not-allowed"}, profile(Payload_Files_Allowed=["data/*.xml"])),
    ("payload-pattern-met", set(), profile(Payload_Files_Allowed=["data/*"])),
    ("empty", {"profile-data-not-empty"}, profile(Data_Empty=True)),
    (
        "all-at-once",
        {"profile-version", "profile-manifest-missing", "profile-payload-file-missing"},
        profile(Accept_BagIt_Version=["0.97"], Manifests_Required=["md5"], Payload_Files_Required=["data/b"]),
    ),
    (
        "not-claimed-and-repeated",
        {"profile-not-claimed", "profile-field-repeated"},
        Profile(
            "https://example.org/other",
            "1",
            "1.4.0",
            profile(Bag_Info={"Source": {"repeatable": False}}).info,
            ("1.0",),
        ),
    ),
]
