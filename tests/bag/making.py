"""Made-up bags for the tests of the bag room, from the real writer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from preserve.bag.model import BagPath, Depth, Form, NewBag, PayloadFile, WrittenBag
from preserve.bag.writing.new_bag import stage_bag
from preserve.bag.writing.publication import publish
from preserve.bag.writing.stage import MARK, Stage

__all__ = ["BAG", "FILES", "dead_stage", "write_bag"]

FILES = (
    PayloadFile(BagPath("tei/05STRELSAU1.xml"), b"<TEI/>\n"),
    PayloadFile(BagPath("source/05STRELSAU1.txt"), b"UNCLAS STRELSAU 000001\n"),
)
INFO = (
    ("Odd-Label", "kept last"),
    ("Access", "restricted"),
    ("Bagging-Date", "2005-12-01"),
    ("External-Identifier", "05STRELSAU1"),
    ("External-Identifier", "urn:uuid:0"),
)
BAG = NewBag("05STRELSAU1", FILES, INFO)


def write_bag(
    bag: NewBag,
    parent: Path,
    *,
    algorithms: Sequence[str] = ("sha512",),
    form: Form = Form.DIRECTORY,
    reread: bool = False,
) -> WrittenBag:
    """Write one bag as ``parent/<name>`` with the suffix of its form: stage it, check it, publish it.

    Args:
        bag: What to write.
        parent: An existing folder.
        algorithms: The algorithms of the manifests.
        form: The form of the bag.
        reread: Check every bit of what was written before it appears.
    """
    with Stage(parent) as stage:
        staged = stage_bag(bag, stage.path, algorithms=algorithms, form=form)
        return publish([(staged, parent / staged.path.name)], check=Depth.FULL if reread else Depth.COMPLETE)[0]


def dead_stage(place: Path) -> Path:
    """Make what a run that was killed leaves: a stage with something half-made in it, which nobody has locked."""
    place.mkdir(0o700, parents=True)
    (place / MARK).touch()
    (place / "half").mkdir()
    (place / "half" / "made").write_bytes(b"x")
    return place
