"""Damage to bags: their tag files, profiles that they are held to, indexes beside them.

Each function takes bytes and chance and returns bytes, and knows the structure of what it damages. ``archive_damage``
is for archives of bags, and ``mutations`` for bytes of any kind; ``bags`` tries what comes of it.
"""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Sequence
from contextlib import suppress

from tests.fuzz.bag_samples import Files, digest, read_tar, tarred
from tests.fuzz.mutations import mutated

__all__ = ["EVIL", "PATHS", "damaged_index", "damaged_profile", "damaged_tags"]

Chance = random.Random

EVIL = "/tmp/preserve-fuzz-evil"
"""An absolute place that hostile names point to; nothing may ever be there."""

PATHS = (
    *("data/a.txt", "./data/a.txt", "*data/a.txt", "data/../a.txt", f"{EVIL}/x", "data//a.txt", "data\\a.txt"),
    *("data/%2e%2e/a.txt", "data/%25", "data/%0a", "~root/x", "C:\\data", "\\\\host\\share", "data/Zu\u0308rich.txt"),
    *("tagmanifest-sha512.txt", "bagit.txt", "DATA/A.TXT", "data/a.txt ", "data", "data/", ".", ""),
    *("../evil.txt", "data/../../evil.txt", "data/a.txt\0.sh", "data/100%25.txt", "data/100%.txt", "data/\u202etxt.a"),
    *("data/" + "y" * 300, "data/" + "z/" * 300 + "a", "%USERPROFILE%/x", "data/.DS_Store", "data/\ufeffa.txt"),
)
_TAG_LINES = (
    *("BagIt-Version: 1.0", "BagIt-Version: 0.97", "BagIt-Version : 1.0", "BagIt-Version: 1.0.1"),
    *("BagIt-Version: 0.93", "bagit-version: 0.96", "BagIt-Version: 2.0", "BagIt-Version: \u0661.\u0660"),
    *("Tag-File-Character-Encoding: UTF-8", "Tag-File-Character-Encoding: UTF-16"),
    *("Tag-File-Character-Encoding: rot13", "Tag-File-Character-Encoding: ISO-8859-1"),
    *("Payload-Oxum: 1.1", "Payload-Oxum: 12", "Payload-Oxum: -1.1", "Payload-Oxum: " + "9" * 5000),
    *(" folded", "\tfolded", ": no label", "no colon", "Label: value", "http://example.org/a 5 data/a.txt"),
    *("http://example.org/a - data/b.txt", "file:///etc/passwd 5 data/../x", "fetch", "\ufeffBagIt-Version: 1.0"),
    *("BagIt-Profile-Identifier: http://example.org/p", "Label: a\x1b[2Jb", "Label: \x00", "L" * 140_000),
)
_NEW_FILES = (
    *("manifest-md5.txt", "manifest-sha3512.txt", "manifest-crc.txt", "manifest-SHA512.txt", "manifest-sha-512.txt"),
    *("manifest-\u0661.txt", "tagmanifest-sha256.txt", "tagmanifest-blake2b.txt", "tagmanifest-md5.txt", "fetch.txt"),
    *("x/y", "package-info.txt", "data/new.txt", "data/A.txt", "data/Zu\u0308rich.txt", "data/.hidden", "data/n\nl"),
)
_CODECS = (
    *("UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "ISO-8859-1", "CP1252", "ISO2022_JP", "UTF-7", "SHIFT_JIS", "ASCII"),
    *("utf-8-sig", "IDNA", "BIG5", "KOI8-R", "gb18030", "UTF-8\u00a0", "undefined", "hex", "\u0661"),
)


# --- tag files ---


def damaged_tags(chance: Chance, data: bytes) -> bytes:
    """Damage the tag files of a bag, at times its payload; half of the time the tag manifests are made anew.

    Args:
        chance: Decides everything.
        data: A plain tar of it.
    """
    files = read_tar(data) or {}
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        chance.choice(_TAG_DAMAGES)(chance, files)
    if not chance.randrange(3):
        path = chance.choice([each for each in files if each.startswith("data/") and files[each]])
        files[path] = mutated(chance, files[path], [files[path]])[:5000]
    if chance.randrange(2):
        _seal_again(files)
    return tarred(files)


def _tag(chance: Chance, files: Files) -> str:
    return chance.choice([path for path in files if not path.startswith("data/")] or ["bagit.txt"])


def _octets_of_one(chance: Chance, files: Files) -> None:
    path = _tag(chance, files)
    files[path] = mutated(chance, files.get(path, b""), [data for each, data in files.items() if each[:5] != "data/"])


def _line_of_one(chance: Chance, files: Files) -> None:
    path = _tag(chance, files)
    files[path] = _line(chance, files.get(path, b""))


def _line(chance: Chance, data: bytes) -> bytes:
    """Change one line: drop, double, swap, cut or merge it, give it another path, digest or field."""
    lines = data.split(b"\n")
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    value, gap, path = lines[at].partition(b"  ")
    match chance.randrange(11):
        case 0:
            del lines[at]
        case 1:
            lines.insert(other, lines[at])
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case 3:
            lines[at] = value + gap + chance.choice(PATHS).encode()
        case 4:
            lines[at] = value.swapcase() + chance.choice((b" ", b"  ", b"\t", b" *", b"   ", b"")) + path
        case 5:
            lines[at] = value[: chance.randrange(len(value) + 1)] + gap + path
        case 6:
            lines[at : at + 2] = [chance.choice((b"", b" ", b"\r", b"\x85", b"\x0b")).join(lines[at : at + 2])]
        case 7:
            lines[at] = value + gap + lines[other].partition(b"  ")[2]
        case 8:
            lines[at] = b"".join(
                b"%%%02X" % octet if not chance.randrange(9) else bytes([octet]) for octet in lines[at]
            )
        case 9:
            lines.insert(at, chance.choice(_TAG_LINES).encode())
        case _:
            lines[at] = chance.choice(_TAG_LINES).encode()
    return chance.choice((b"\n", b"\n", b"\n", b"\r\n", b"\r", b"\n\r")).join(lines)


def _drop_one(chance: Chance, files: Files) -> None:
    files.pop(_tag(chance, files), None)


def _new_file(chance: Chance, files: Files) -> None:
    files[chance.choice(_NEW_FILES)] = _line(chance, files.get(_tag(chance, files), b""))


def _new_manifest(chance: Chance, files: Files) -> None:
    """Add a manifest that is right, or nearly so."""
    algorithm = chance.choice(("md5", "sha1", "sha224", "sha3256", "blake2b", "sha384"))
    lines = [f"{digest(algorithm, files[path])}  {path}\n" for path in sorted(files) if path.startswith("data/")]
    made = "".join(lines).replace("%", "%25").encode()
    files[f"manifest-{algorithm}.txt"] = _line(chance, made) if chance.randrange(2) else made


def _fetch(chance: Chance, files: Files) -> None:
    """Let a file of the payload, or one that never was, be yet to be fetched."""
    path = chance.choice([*(each for each in files if each.startswith("data/")), *PATHS])
    size = chance.choice((str(len(files.get(path, b""))), "-", "0", "99999999999999999999", "-1"))
    files["fetch.txt"] = files.get("fetch.txt", b"") + f"http://example.org/{size} {size} {path}\n".encode()
    if chance.randrange(2) and len(files) > 3:
        files.pop(path, None)


def _rename(chance: Chance, files: Files) -> None:
    """Give a file of the payload another name, in the manifests too or not."""
    path = chance.choice([each for each in files if each.startswith("data/")] or ["data/a.txt"])
    names = (
        "data/\u1e9b\u0323",
        "data/a.txt ",
        "data/ a",
        "data/*a",
        "data/a\tb",
        "data/\u2028",
        "data/%41",
        "data/A.TXT",
    )
    name = chance.choice((*names, path.upper(), path.replace("\u00fc", "u\u0308")))
    if not name.startswith("data/") or any(each.startswith(f"{name}/") for each in files):
        return
    files[name] = files.pop(path, b"")
    if chance.randrange(2):
        for each in [each for each in files if each.startswith("manifest-")]:
            files[each] = files[each].replace(path.encode(), name.encode())


def _recode(chance: Chance, files: Files) -> None:
    """Write the tag files in another encoding, which bagit.txt declares or not."""
    codec = chance.choice(_CODECS)
    for path in [each for each in files if not each.startswith("data/") and each != "bagit.txt"]:
        if chance.randrange(8):
            with suppress(LookupError, UnicodeError):
                files[path] = files[path].decode().encode(codec)
    if chance.randrange(4):
        files["bagit.txt"] = f"BagIt-Version: 1.0\nTag-File-Character-Encoding: {codec}\n".encode()


_TAG_DAMAGES: tuple[Callable[[Chance, Files], None], ...] = (
    *(_octets_of_one, _octets_of_one, _line_of_one, _line_of_one, _line_of_one, _drop_one, _new_file),
    *(_new_manifest, _fetch, _rename, _recode),
)


def _seal_again(files: Files) -> None:
    """Write the tag manifests that are there over the tag files as they are now."""
    for path in [each for each in files if each.startswith("tagmanifest-")]:
        algorithm = path.removeprefix("tagmanifest-").removesuffix(".txt")
        named = sorted(each for each in files if not each.startswith(("data/", "tagmanifest-")))
        with suppress(ValueError):
            files[path] = "".join(f"{digest(algorithm, files[each])}  {each}\n" for each in named).encode()


# --- profiles and indexes ---


def damaged_index(chance: Chance, _name: str, data: bytes, others: Sequence[bytes]) -> bytes:
    """Damage the octets of a member index, at times whole rows of it."""
    if not chance.randrange(3):
        lines = data.split(b"\n")
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        cells, others_cells = lines[at].split(b","), lines[other].split(b",")
        cell = chance.randrange(min(len(cells), len(others_cells)))
        cells[cell] = others_cells[cell]
        lines[at] = b",".join(cells)
        return b"\n".join(lines)
    return mutated(chance, data, others)


_ODD_VALUES: tuple[object, ...] = (
    *(None, True, False, 0, -1, 1e308, 10**30, "", "x", "\ud800", "\0", "\x1b[2J", "a\nb", "sha-512", "md5", "crc"),
    *([], [None], ["*"], ["*" * 40 + "b"], ["[" * 60], ["[!a-"], ["../x"], ["data/"], {}, {"required": True}),
    *({"required": "yes"}, {"values": ["\ud800"], "required": True}, {"a": {"required": True}}),
)


def damaged_profile(chance: Chance, _name: str, data: bytes, others: Sequence[bytes]) -> bytes:
    """Damage a BagIt Profile: its octets, or the members and values of its JSON."""
    if not chance.randrange(3):
        return mutated(chance, data, others)
    document = json.loads(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        _change_member(chance, document)
    made = io.StringIO()
    json.dump(document, made, ensure_ascii=bool(chance.randrange(2)))
    text = made.getvalue().encode("utf-8", "surrogatepass")
    if not chance.randrange(9):
        text = b"[" * 100_000 + text if chance.randrange(2) else b'{"a":' * 5000 + text + b"}" * 5000
    return text


def _change_member(chance: Chance, document: object) -> None:
    """Change one value of a JSON document, at whatever depth."""
    places: list[tuple[dict[str, object] | list[object], str | int]] = []
    pending = [document]
    while pending:
        here = pending.pop()
        if isinstance(here, dict):
            places += [(here, key) for key in here]
            pending += here.values()
        elif isinstance(here, list):
            places += [(here, number) for number in range(len(here))]
            pending += here
    if not places:
        return
    where, key = chance.choice(places)
    other_where, other_key = chance.choice(places)
    other = other_where[other_key]  # type: ignore[index]
    if isinstance(where, dict) and not chance.randrange(3):
        name = chance.choice(("", "a\nb", "\ud800", "required", "Payload-Files-Required", "bag-info.txt", "../x"))
        where[name] = where.pop(str(key))
    elif not chance.randrange(6):
        del where[key]  # type: ignore[arg-type]
    else:
        # Copied: two places that share a list would change together, or one come to be in itself.
        where[key] = json.loads(json.dumps(chance.choice((*_ODD_VALUES, other, other))))  # type: ignore[index]
