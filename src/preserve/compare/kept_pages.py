"""Pages out of archives of files, kept aside until they are compared.

A page that is a file, or a row of one, can be read again from there. An archive can be read from its beginning only, so
the members that must be read a second time are written to a temporary file. That has no name, nobody else can read it,
and it is gone with the process. Which pages these are is for ``corpus`` to say.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from typing import Self

from preserve.compare.operands import Ref
from preserve.digests import sha256
from preserve.readers import SourceRef

__all__ = ["KeptPages", "lies_in_archive", "without_data"]


def lies_in_archive(ref: Ref) -> bool:
    """Return whether a source is a member of an archive of files, whose bytes come with the walk through it only."""
    return isinstance(ref, SourceRef) and ref.path is None and ref.trouble is None


def without_data(ref: Ref) -> Ref:
    """Return a reference without the bytes of its source."""
    return replace(ref, data=None) if isinstance(ref, SourceRef) and ref.data is not None else ref


class KeptPages:
    """Pages kept aside in one temporary file, by place and digest; gone when the ``with`` block ends."""

    __slots__ = ("_file", "_places")

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="preserve-compare-")  # noqa: SIM115 - closed by __exit__
        self._places: dict[tuple[str, bytes], tuple[int, int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def keep(self, refs: Iterable[Ref], wanted: set[tuple[str, bytes]]) -> None:
        """Keep the pages that are wanted.

        Args:
            refs: All sources of a folder, with their bytes.
            wanted: The place and SHA-256 of each that is to be kept.

        Raises:
            OSError: They could not be written.
        """
        for ref in refs:
            if not isinstance(ref, SourceRef) or ref.data is None:
                continue
            # By digest too: the folder is walked a second time, and may have changed since.
            key = ref.where, bytes.fromhex(sha256(ref.data))
            if key in wanted and key not in self._places:
                self._places[key] = self._file.seek(0, 2), len(ref.data)
                self._file.write(ref.data)

    def with_data(self, ref: Ref, source: bytes) -> Ref:
        """Return a reference with the bytes of its source, if they were kept.

        Args:
            ref: The source.
            source: The SHA-256 of its bytes.
        """
        place = self._places.get((ref.where, source))
        if place is None or not isinstance(ref, SourceRef):
            return ref
        self._file.seek(place[0])
        return replace(ref, data=self._file.read(place[1]))
