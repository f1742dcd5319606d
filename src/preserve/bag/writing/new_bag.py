"""New bags whose files are known: written into a stage, hashed while they are written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from preserve.bag.model import Form, NewBag, WrittenBag
from preserve.bag.reading import DECLARATION
from preserve.bag.writing.tagfiles import format_info, payload_counts, sort_info
from preserve.bag.writing.writer import manifest_algorithms, open_writer

__all__ = ["stage_bag"]


def stage_bag(
    bag: NewBag,
    stage: Path,
    *,
    algorithms: Sequence[str] = ("sha512",),
    form: Form = Form.DIRECTORY,
    index: bool = False,
) -> WrittenBag:
    """Write a whole bag into a stage, where nobody looks for bags.

    The same bag gives the same bytes, whatever the order of its files.

    Args:
        bag: What to write. Its name must be new in the stage.
        stage: The folder of a :class:`preserve.bag.writing.stage.Stage`.
        algorithms: The algorithms of the payload and tag manifests, in any spelling and order.
        form: A folder, or one tar or zip that holds the folder.
        index: Write a member index beside a tar.

    Returns:
        The bag, with its path in the stage.

    Raises:
        ArchiveError: It could not be written, as on a full disk; nothing of it is left in the stage.
        UsageError: There is no algorithm, an unknown one, or one twice.
    """
    names = manifest_algorithms(algorithms)
    files = sorted(bag.files, key=lambda file: file.path.value)
    counts = payload_counts(sum(file.size for file in files), len(files))
    with open_writer(stage / f"{bag.name}{form.suffix}", bag.name, form, names) as writer:
        writer.write_tag_file("bag-info.txt", format_info(sort_info((*bag.info, *counts))))
        writer.write_tag_file("bagit.txt", DECLARATION)
        for file in files:
            writer.write_payload_file(f"data/{file.path.value}", file.data, file.digests)
        return writer.finish(index=index)
