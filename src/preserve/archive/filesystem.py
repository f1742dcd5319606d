"""The store on a file system: folders by post, year and bag, and in these a folder or one file for each version.

Which bags there should be is for ``catalogue``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from preserve.archive.layout import BAGS, Location
from preserve.archive.store import StrayEntry
from preserve.bag import INDEX_SUFFIX, Depth, Form, WrittenBag, publish
from preserve.octets import translate_os_errors

__all__ = ["FilesystemStore"]


class FilesystemStore:
    """Bags below ``root/bags``.

    Args:
        root: The archive's root, a folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def stages(self) -> Path:
        """The root itself: stages are hidden folders ``.stage-*`` in it, on the file system of the bags."""
        return self._root

    def publish(self, staged: Sequence[tuple[WrittenBag, Location]]) -> None:
        """See :class:`preserve.archive.store.Store`."""
        # OXUM: whoever staged a bag has verified every bit of it; here the counts show that it is still whole.
        publish([(bag, self.path(location)) for bag, location in staged], check=Depth.OXUM, root=self._root)

    def has(self, location: Location) -> bool:
        """See :class:`preserve.archive.store.Store`."""
        # lexists: a link that leads nowhere takes a place too.
        return os.path.lexists(self.path(location))

    def path(self, location: Location) -> Path:
        """See :class:`preserve.archive.store.Store`."""
        return self._root / location.path

    def walk(self) -> Iterator[Location | StrayEntry]:
        """See :class:`preserve.archive.store.Store`."""
        with translate_os_errors("could not list", self._root / BAGS):
            yield from self._walk(BAGS, 0)

    def _walk(self, folder: str, level: int) -> Iterator[Location | StrayEntry]:
        with os.scandir(self._root / folder) as entries:
            folders = {entry.name: _is_folder(entry) for entry in entries}
        if level == _BAG_LEVEL:
            yield from _versions(folder, folders)
            return
        for name in sorted(folders):
            path = f"{folder}/{name}"
            if folders[name]:
                yield from self._walk(path, level + 1)
            else:
                yield StrayEntry(path, "a file or link where the layout has folders")


_BAG_LEVEL = 3
"""Folders of bags are this many levels below the folder of all bags."""


def _is_folder(entry: os.DirEntry[str]) -> bool | None:
    """Tell a folder (true) from a file (false); a link or special file is neither."""
    if entry.is_dir(follow_symlinks=False):
        return True
    return False if entry.is_file(follow_symlinks=False) else None


def _versions(folder: str, folders: dict[str, bool | None]) -> Iterator[Location | StrayEntry]:
    locations, strays = [], []
    for name, is_folder in sorted(folders.items()):
        path = f"{folder}/{name}"
        tar = name.removesuffix(INDEX_SUFFIX)
        if tar != name and tar.endswith(Form.TAR.suffix) and is_folder is False and folders.get(tar) is False:
            continue  # It is the member index of the tar beside it.
        try:
            location = Location.parse(path)
        except ValueError as error:
            strays.append(StrayEntry(path, str(error)))
            continue
        if is_folder is (location.form is Form.DIRECTORY):
            locations.append(location)
        else:
            strays.append(StrayEntry(path, f"not a {location.form.value}"))
    yield from sorted(locations)
    yield from strays
