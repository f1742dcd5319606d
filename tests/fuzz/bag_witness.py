"""Witnesses of the fuzzing of bags: what a bag holds and claims, said without our code.

One reads manifests plainly, and forgives how a line is written but never what it says; the other is bagit-python on
digests. A witness gives no verdict of its own: it only speaks against one.
"""

from __future__ import annotations

import codecs
import logging
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

import bagit
from tests.fuzz.bag_samples import digest

__all__ = ["against", "another_digest", "same_payload"]

_MANIFEST = re.compile(r"(tag)?manifest-([^/]+)\.txt")
_ALGORITHM = re.compile(r"md5|sha1|sha(3?)(224|256|384|512)|blake2[bs]")
_LINE = re.compile(r"\r\n|\r|\n")
_ENTRY = re.compile(r"[ \t]*([0-9A-Fa-f]+)[ \t]+(\S.*|[^ \t].*)", re.DOTALL)
_ESCAPE = re.compile("%(25|0[AaDd])")


def against(files: Mapping[str, bytes]) -> str | None:
    """Say what speaks against a bag that is called valid; ``None`` when nothing does.

    Args:
        files: All its files, by path.
    """
    if "bagit.txt" not in files:
        return "there is no bagit.txt"
    declared = files["bagit.txt"].decode("utf-8-sig")
    old = re.search(r"(?i)version[ \t]*:[ \t]*0\.", declared) is not None
    encoding = re.search(r"(?i)encoding[ \t]*:[ \t]*(\S+)", declared)
    codec = codecs.lookup(encoding[1] if encoding else "utf-8").name
    try:
        listed = {name: dict(_entries(name, files, codec)) for name in files if _known(name)}
    except _OtherwiseError as error:
        return str(error)
    payload = {path for path in files if path.startswith("data/")}
    of_payload: list[set[str]] = [set(entries) for name, entries in listed.items() if not name.startswith("tag")]
    if not of_payload:
        return "no manifest is of the payload"
    lacks = payload.difference(*of_payload) if old else payload - of_payload[0].intersection(*of_payload)
    return f"no manifest vouches for {min(lacks)!r}" if lacks else None


class _OtherwiseError(Exception):
    """A manifest says something else of a file."""


def _known(name: str) -> str | None:
    """Return the algorithm of what is a manifest, when it is one of the usual."""
    match = _MANIFEST.fullmatch(name)
    algorithm = re.sub("[^a-z0-9]", "", match[2].lower()) if match else ""
    algorithm = {"blake2b512": "blake2b", "blake2s256": "blake2s"}.get(algorithm, algorithm)
    return algorithm if _ALGORITHM.fullmatch(algorithm) else None


def _entries(name: str, files: Mapping[str, bytes], codec: str) -> Iterator[tuple[str, str]]:
    """Give the files that a manifest lists, each with its digest, which it has.

    Raises:
        _OtherwiseError: It has another, is not there, or the line is none.
    """
    algorithm = _known(name) or ""
    for line in _LINE.split(files[name].decode(codec).removeprefix("\ufeff")):
        if not line.strip(" \t"):
            continue
        match = _ENTRY.fullmatch(line)
        if match is None:
            raise _OtherwiseError(f"{name} has a line that is none: {line[:80]!r}")
        path = next((path for path in _meant(match[2]) if path in files), None) or _in_form(match[2], files)
        if path is None:
            raise _OtherwiseError(f"{name} lists {match[2]!r}, which is not there")
        if digest(algorithm, files[path]) != match[1].lower():
            raise _OtherwiseError(f"{name} gives another digest for {path!r}")
        yield path, match[1]


def _meant(written: str) -> Iterator[str]:
    """Give the paths that somebody may have meant."""
    yield from (written, _ESCAPE.sub(lambda match: chr(int(match[1], 16)), written))
    plain = "/".join(part for part in written.removeprefix("*").split("/") if part not in {"", "."})
    yield from (plain, _ESCAPE.sub(lambda match: chr(int(match[1], 16)), plain))


def _in_form(written: str, files: Mapping[str, bytes]) -> str | None:
    wanted = {unicodedata.normalize("NFC", path) for path in _meant(written)}
    return next((path for path in files if unicodedata.normalize("NFC", path) in wanted), None)


def same_payload(files: Mapping[str, bytes], others: Mapping[str, bytes]) -> bool:
    """Tell whether two bags have the same payload, names in whatever normalisation form."""
    one, other = (
        {unicodedata.normalize("NFC", path): data for path, data in each.items() if path.startswith("data/")}
        for each in (files, others)
    )
    return one == other


def another_digest(folder: Path) -> str | None:
    """Return the file of a folder of which bagit-python says that it has another digest; ``None`` when of none.

    That it refuses a bag for other reasons says little: it differs on names, lines and whole files by design.
    """
    logging.disable(logging.CRITICAL)
    try:
        bagit.Bag(str(folder)).validate(processes=1)
    except bagit.BagValidationError as error:
        return next((str(each.path) for each in error.details if isinstance(each, bagit.ChecksumMismatch)), None)
    except Exception:  # whatever else escapes from it
        return None
    finally:
        logging.disable(logging.NOTSET)
    return None
