"""Make a bag of any files, in a new place: the files are read once, hashed on the way, and not touched."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from preserve.bag.copying.gather import Gathered, Hidden, Links, gather_files, read_source
from preserve.bag.model import BagPath, Depth, Form, NewBag, WrittenBag, is_bag_name, strongest
from preserve.bag.reading import DECLARATION, UnreadableFileError
from preserve.bag.verifying import MEDIA_TYPES, PlannedBag, Profile
from preserve.bag.writing import (
    Stage,
    check_free,
    format_info,
    lies_in,
    manifest_algorithms,
    open_writer,
    payload_counts,
    publication_names,
    publish,
    sort_info,
)
from preserve.errors import SourceError, UsageError
from preserve.findings import Finding, Severity, worst
from preserve.progress import SILENT, Progress

__all__ = ["Made", "Recipe", "make_bag"]

_NO_TAG_FILE = re.compile(r"(?:bagit\.txt|bag-info\.txt|fetch\.txt|(?:tag)?manifest-[^/]*|data)(?:/|\Z)", re.IGNORECASE)
_CLAIM = "BagIt-Profile-Identifier"
_DEFAULT = "sha512"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a bag is to be made.

    Attributes:
        name: The name of its folder, or of its archive without suffix: letters, digits, ``.``, ``_``, ``-``.
        info: The fields of ``bag-info.txt``, in any order; counts and the claim of the profile are added.
        form: Its form; ``None`` for a folder, or for what the profile accepts when it accepts no folder.
        algorithms: The algorithms of the manifests; none for those that the profile requires, or sha512.
        profile: A profile that the bag must meet.
        hidden: What becomes of names that start with a dot.
        links: What becomes of symbolic links.
        reread: Check every bit of what was written before it appears.
        tags: Tag files of its own, as a profile may ask for: path and bytes of each.
        index: Write a member index beside a tar.
    """

    name: str
    info: tuple[tuple[str, str], ...] = ()
    form: Form | None = None
    algorithms: tuple[str, ...] = ()
    profile: Profile | None = None
    hidden: Hidden = Hidden.INCLUDE
    links: Links = Links.REFUSE
    reread: bool = False
    tags: tuple[tuple[str, bytes], ...] = ()
    index: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """What came of making a bag.

    Attributes:
        bag: The bag in its place; ``None`` when it was not made, and then nothing was written.
        findings: Errors are the reasons why it was not made; others are notes on it, as of its empty folders.
        gathered: What the walk over the sources found.
    """

    bag: WrittenBag | None
    findings: tuple[Finding, ...]
    gathered: Gathered


def make_bag(sources: Sequence[Path], folder: Path, recipe: Recipe, *, progress: Progress = SILENT) -> Made:
    """Make a bag of any files in a folder; it is staged, synced, checked and renamed like every bag of ours.

    Args:
        sources: One folder, whose content becomes the payload; or several files and folders, under their names.
        folder: Where the bag is to appear; made when it is missing. It must not lie in a source.
        recipe: How the bag is to be made.
        progress: Told of the bytes, in total and as they pass.

    Raises:
        ArchiveError: The name is taken, there is no room, or the disk did not take something.
        SourceError: A source is not there, or a file changed or could not be read while it was copied.
        UsageError: The name, a field or an algorithm is wrong, or the folder lies in a source.
    """
    info = _info(recipe)
    form, algorithms = _form(recipe), manifest_algorithms(_algorithms(recipe))
    tags = _tags(recipe)
    target = folder / f"{recipe.name}{form.suffix}"
    _check_outside(sources, folder)
    check_free(publication_names(target, index=recipe.index))
    gathered = gather_files(sources, hidden=recipe.hidden, links=recipe.links)
    counts = payload_counts(gathered.size, len(gathered.files))
    tag_file = format_info(sort_info((*info, *counts)))
    findings = gathered.findings
    if recipe.profile is not None:
        sizes = {file.path: file.size for file in gathered.files}
        plan = PlannedBag(recipe.name, form, tag_file, algorithms, sizes, gathered.empty, tags)
        findings += plan.check(recipe.profile)
    if worst(findings) is Severity.ERROR:
        return Made(None, findings, gathered)
    progress.total(gathered.size)
    with Stage.beside(folder, gathered.size) as stage:
        tags = {"bag-info.txt": tag_file, "bagit.txt": DECLARATION, **tags}
        staged = _staged(gathered, tags, stage.path / target.name, recipe, form, algorithms, progress)
        bag = publish([(staged, target)], check=Depth.FULL if recipe.reread else Depth.COMPLETE)[0]
    return Made(bag, findings, gathered)


def _staged(
    gathered: Gathered,
    tags: Mapping[str, bytes],
    target: Path,
    recipe: Recipe,
    form: Form,
    algorithms: tuple[str, ...],
    progress: Progress,
) -> WrittenBag:
    try:
        with open_writer(target, recipe.name, form, algorithms, progress) as writer:
            for path, data in sorted(tags.items()):
                writer.write_tag_file(path, data)
            for folder in ("data", *gathered.empty):
                writer.make_folder(folder)
            for file in gathered.files:
                writer.stream_payload_file(file.path, file.size, read_source(file))
            return writer.finish(index=recipe.index)
    except UnreadableFileError as error:
        raise SourceError(
            f"{error.path} could not be read as it was listed: {error.reason}",
            hint="No bag was made. Let nothing write to the files, and run again.",
        ) from error


def _info(recipe: Recipe) -> tuple[tuple[str, str], ...]:
    """Return the fields that are given, and the claim that the bag meets the profile."""
    info, profile = recipe.info, recipe.profile
    try:
        NewBag(recipe.name, (), info)
    except ValueError as error:
        hint = "Write it as 'Label=value', no colon in the label; Payload-Oxum and Bag-Size are counted for you."
        if not is_bag_name(recipe.name):
            hint = "Give another name with --name."
        raise UsageError(str(error), hint=hint) from error
    if profile is not None and (_CLAIM.lower(), profile.identifier) not in ((k.lower(), v) for k, v in info):
        info = (*info, (_CLAIM, profile.identifier))
    return info


def _tags(recipe: Recipe) -> dict[str, bytes]:
    """Return the tag files of the bag's own by path, when all can be such."""
    tags: dict[str, bytes] = {}
    for path, data in recipe.tags:
        try:
            name = BagPath(path).value
        except ValueError as error:
            raise UsageError(str(error), hint="A tag file has a plain path in the bag, as aptrust-info.txt.") from error
        if _NO_TAG_FILE.match(name):
            raise UsageError(f"{name} is no tag file of your own", hint="preserve writes that one, or it is payload.")
        if name in tags or any(name.startswith(f"{other}/") or other.startswith(f"{name}/") for other in tags):
            raise UsageError(f"two tag files share the place {name}", hint="Give each another path.")
        tags[name] = data
    return tags


def _form(recipe: Recipe) -> Form:
    """Return the form that is asked for, or the first that the profile accepts."""
    if recipe.form is not None:
        return recipe.form
    if recipe.profile is not None and recipe.profile.serialization == "required":
        accepted = set(recipe.profile.media_types)
        return next((form for form in (Form.TAR, Form.ZIP, Form.TAR_ZST) if MEDIA_TYPES[form] & accepted), Form.TAR)
    return Form.DIRECTORY


def _algorithms(recipe: Recipe) -> tuple[str, ...]:
    """Return the algorithms that are asked for, or those that the profile requires, or the best that it allows."""
    profile = recipe.profile
    if recipe.algorithms or profile is None:
        return recipe.algorithms or (_DEFAULT,)
    required = {*profile.manifests_required, *profile.tag_manifests_required}
    if required:
        return tuple(required)
    return (strongest(profile.manifests_allowed or ()) or _DEFAULT,)


def _check_outside(sources: Sequence[Path], folder: Path) -> None:
    for source in sources:
        if lies_in(folder, source):
            raise UsageError(
                f"{folder} lies in {source}: the bag would be part of what it holds", hint="Choose another place."
            )
