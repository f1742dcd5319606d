"""The member index of a tar that has been in its place for long: made from the tar, published beside it."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from preserve.bag.containers import open_container
from preserve.bag.model import Depth
from preserve.bag.reading import check_plain_tar, index_path, make_index, scan_bag
from preserve.bag.writing.publication import publish_path
from preserve.bag.writing.stage import Stage
from preserve.digests import sha256
from preserve.errors import ArchiveError
from preserve.octets import translate_os_errors, write_new

__all__ = ["check_indexable", "write_index"]


def check_indexable(tar: Path) -> None:
    """Make sure that a tar can have an index and has none; ask before it is verified, which may take hours.

    Raises:
        ArchiveError: There is one already.
        BagError: It is no plain tar, or could not be opened.
    """
    with closing(open_container(tar)) as container:
        check_plain_tar(container)
    target = index_path(tar)
    if os.path.lexists(target):
        raise ArchiveError(f"already there: {target}", hint="To make it again from its tar, delete it first.")


def write_index(tar: Path, stage_parent: Path) -> str:
    """Make the member index of a tar from the tar alone, and let it appear beside it.

    Args:
        tar: A bag that is known to be valid.
        stage_parent: A folder on the same file system, to make a stage in. If the tar lies below it, no link between
            the two is followed.

    Returns:
        The SHA-256 of the index.

    Raises:
        ArchiveError: There is one already, or it could not be written.
        BagError: It is no plain tar, or could not be read.
    """
    check_indexable(tar)
    target = index_path(tar)
    with closing(open_container(tar)) as container:
        data = make_index(scan_bag(container, Depth.COMPLETE)).encode()
    with Stage(stage_parent) as stage:
        with translate_os_errors(f"could not write {target.name} in", stage_parent):
            write_new(stage.path / target.name, (data,), mode=0o644, sync=False)
        root = stage_parent if target.is_relative_to(stage_parent) else None
        publish_path(stage.path / target.name, target, root)
    return sha256(data)
