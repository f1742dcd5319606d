"""Pages out of archives of files, kept aside until they are compared.

Scope: the bytes of the members that have to be read a second time; a page that is a file, or a row of one, is read from
there again. Not in scope: which those are (``corpus``).

An archive can only be read from its beginning, so the members that differ are written to a temporary file without a
name, readable by nobody else, which is gone with the process.
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
    """Return whether only the walk through an archive of files gives the bytes of a source."""
    return isinstance(ref, SourceRef) and ref.path is None and ref.trouble is None


def without_data(ref: Ref) -> Ref:
    """Return a reference that holds no bytes."""
    return replace(ref, data=None) if isinstance(ref, SourceRef) and ref.data is not None else ref


class KeptPages:
    """Bytes by place and digest."""

    __slots__ = ("_file", "_places")

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="preserve-compare-")  # noqa: SIM115 - closed by __exit__
        self._places: dict[tuple[str, bytes], tuple[int, int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def keep(self, refs: Iterable[Ref], wanted: set[tuple[str, bytes]]) -> None:
        """Keep the bytes of the sources that are wanted.

        Args:
            refs: All of a folder, with their bytes.
            wanted: Place and SHA-256 of those to keep.
        """
        for ref in refs:
            if not isinstance(ref, SourceRef) or ref.data is None:
                continue
            key = ref.where, bytes.fromhex(sha256(ref.data))
            if key in wanted and key not in self._places:
                self._places[key] = self._file.seek(0, 2), len(ref.data)
                self._file.write(ref.data)

    def filled(self, ref: Ref, source: bytes) -> Ref:
        """Return a reference with its bytes, where they were kept."""
        place = self._places.get((ref.where, source))
        if place is None or not isinstance(ref, SourceRef):
            return ref
        self._file.seek(place[0])
        return replace(ref, data=self._file.read(place[1]))
