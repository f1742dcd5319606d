"""Write a bag again in another form, in version 1.0, or with more algorithms; its payload stays as it is.

The bag is verified in the pass that copies it. A bag that is not valid is not converted, and nothing is ever repaired.

``bag-info.txt`` keeps its fields and their order, the Bagging-Date among them: it is the day on which the content was
prepared, and the content stays. The counts are counted anew, Bag-Software-Agent names who wrote the new tag files, and
``Converted-From`` says what was there before. Other tag files keep their bytes, and are listed in the tag manifests.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from preserve.bag.containers import Entry, EntryKind, open_container, printable
from preserve.bag.model import Depth, Fault, Form, WrittenBag, is_bag_name
from preserve.bag.reading import (
    DECLARATION,
    Fixity,
    ScannedBag,
    Unreadable,
    UnreadableFileError,
    compare_digests,
    read_in_order,
    read_info_fields,
    read_lines,
    scan_bag,
)
from preserve.bag.verifying import CHECKS, Profile, check_payload_digests, fixity_finding, verify
from preserve.bag.writing import (
    BagWriter,
    Stage,
    check_free,
    format_info,
    lies_in,
    manifest_algorithms,
    open_writer,
    payload_counts,
    publication_names,
    publish,
)
from preserve.digests import ALGORITHMS, MultiDigest
from preserve.errors import BagError, UsageError
from preserve.findings import Finding, Severity, worst
from preserve.progress import SILENT, Progress

__all__ = ["Conversion", "Converted", "convert_bag"]

_COUNTED = frozenset({"payload-oxum", "bag-size"})
_AGENT = "Bag-Software-Agent"
_REPLACED = frozenset({"bagit.txt", "bag-info.txt", "fetch.txt"})
_PACKAGE_INFO = "package-info.txt"
_WITH_PACKAGE_INFO = frozenset({"0.93", "0.94", "0.95"})


@dataclass(frozen=True, slots=True)
class Conversion:
    """How a bag is to be written again.

    Attributes:
        agent: The program that writes it, with its version.
        form: Its new form; ``None`` for the one that it has. A tar in gzip, bzip2 or xz then becomes a plain one.
        algorithms: More algorithms, beside those of its payload manifests.
        name: Its new name; ``None`` for the one that it has.
        reread: Check every bit of what was written before it appears.
        index: Write a member index beside a tar.
    """

    agent: str
    form: Form | None = None
    algorithms: tuple[str, ...] = ()
    name: str | None = None
    reread: bool = False
    index: bool = False


@dataclass(frozen=True, slots=True)
class Converted:
    """What came of converting a bag.

    Attributes:
        bag: The new bag in its place; ``None`` when the old one is not valid, and then nothing was written.
        findings: What was found in the old bag, and where the new one does not meet a profile that it claims.
    """

    bag: WrittenBag | None
    findings: tuple[Finding, ...]


def convert_bag(path: Path, folder: Path, how: Conversion, *, progress: Progress = SILENT) -> Converted:
    """Write a valid bag of any version as a bag of version 1.0 in a folder.

    Args:
        path: The bag, in any form; it is only read.
        folder: Where the new bag is to appear; made when it is missing. It must not lie in the old one.
        how: What is to be different.
        progress: Told of the bytes, in total and as they pass.

    Raises:
        ArchiveError: The name is taken, there is no room, or the disk did not take something.
        BagError: The bag could not be opened or listed.
        UsageError: An algorithm or the name is wrong, or the folder lies in the bag.
    """
    if lies_in(folder, path):
        raise UsageError(f"{folder} lies in {path}, which is only read", hint="Choose another place.")
    with closing(open_container(path)) as container:
        bag = scan_bag(container, Depth.FULL)
        name, form = _name(bag, how), how.form or bag.form
        target = folder / f"{name}{form.suffix}"
        check_free(publication_names(target, index=how.index))
        # The bytes of the payload are checked while they are copied.
        findings = [finding for _, check in CHECKS if check is not check_payload_digests for finding in check(bag)]
        findings += _unlistable(bag)
        if worst(findings) is Severity.ERROR:
            return Converted(None, tuple(sorted(findings)))
        more = manifest_algorithms(how.algorithms) if how.algorithms else ()
        algorithms = manifest_algorithms({*_known(bag), *more})
        size = sum(entry.size for entry in bag.payload.values())
        progress.total(size)
        with Stage.beside(folder, size) as stage:
            copy = _Copy(bag, algorithms, findings, progress)
            staged = copy.write(stage.path / target.name, name, form, how)
            if staged is None:
                return Converted(None, tuple(sorted(findings)))
            new = publish([(staged, target)], check=Depth.FULL if how.reread else Depth.COMPLETE)[0]
        findings += _claims(new.path, bag.info)
    return Converted(new, tuple(sorted(findings)))


def _claims(path: Path, info: Sequence[tuple[str, str]]) -> Iterator[Finding]:
    """Say where the new bag does not meet a profile that it claims, because its form or algorithms are others.

    The claim itself stays: it is a field of whoever made the bag.
    """
    for profile in Profile.claimed_by(info):
        report = verify(path, depth=Depth.COMPLETE, profile=profile)
        for finding in report.findings:
            if finding.code.startswith("profile-") and finding.severity is Severity.ERROR:
                says = f"the bag claims {profile.identifier}: {finding.message}"
                yield Finding.of(finding.code, finding.where, says, severity=Severity.WARNING)


def _unlistable(bag: ScannedBag) -> Iterator[Finding]:
    """Give the names that no manifest of ours could list: files that no manifest listed may have such names."""
    for path in sorted(bag.entries):
        if path != printable(path):
            yield Finding.of("name-not-utf8", printable(path), "its name is not UTF-8")


def _known(bag: ScannedBag) -> tuple[str, ...]:
    return tuple(algorithm for _, algorithm in bag.manifest_names(of_tags=False) if algorithm in ALGORITHMS)


def _name(bag: ScannedBag, how: Conversion) -> str:
    name = bag.name if how.name is None else how.name
    if not is_bag_name(name):
        raise UsageError(
            f"not a name of a bag (letters, digits, '.', '_', '-' only): {printable(name)!r}",
            hint="Give one with --name.",
        )
    return name


@dataclass(frozen=True, slots=True)
class _Copy:
    """A bag that is copied and verified at once.

    Attributes:
        bag: A scan of the bag.
        algorithms: The algorithms of the new manifests.
        findings: Gets what is wrong with the bag.
        progress: Told of the bytes as they pass.
    """

    bag: ScannedBag
    algorithms: tuple[str, ...]
    findings: list[Finding]
    progress: Progress

    def write(self, target: Path, name: str, form: Form, how: Conversion) -> WrittenBag | None:
        """Write the copy; return ``None``, and leave nothing, when a file is not what it should be."""
        bag = self.bag
        with open_writer(target, name, form, self.algorithms, self.progress) as writer:
            writer.write_tag_file("bag-info.txt", self._info(how.agent))
            writer.write_tag_file("bagit.txt", DECLARATION)
            self._folders(writer)
            payload = [bag.payload[path] for path in sorted(bag.payload)]
            if self._files(writer.stream_tag_file, "tag-file", self._tags(), bag.tag_claims.expected) and self._files(
                writer.stream_payload_file, "payload", payload, bag.claims.expected
            ):
                return writer.finish(index=how.index)
        return None

    def _folders(self, writer: BagWriter) -> None:
        for path in sorted(path for path, entry in self.bag.entries.items() if entry.kind is EntryKind.FOLDER):
            writer.make_folder(path)

    def _tags(self) -> list[Entry]:
        """Return the tag files that keep their bytes: all but those that are written anew."""
        bag = self.bag
        # A payload manifest of an algorithm that we do not know stays: it is still true, and others may know it.
        manifests = {name for name, algorithm, of_tags in bag.manifest_files if of_tags or algorithm in ALGORITHMS}
        replaced = {*_REPLACED, *manifests, *((_PACKAGE_INFO,) if bag.version in _WITH_PACKAGE_INFO else ())}
        return [bag.tags[path] for path in sorted(bag.tags) if path not in replaced]

    def _files(
        self,
        write: Callable[[str, int, Iterator[bytes], Mapping[str, str]], Mapping[str, str]],
        what: str,
        entries: Sequence[Entry],
        expected: Mapping[str, Mapping[str, str]],
    ) -> bool:
        """Copy files, and tell whether all are what the manifests say; a file that differs does not end the copying."""
        before = len(self.findings)
        for entry, chunks in read_in_order(self.bag.container, entries):
            given = expected.get(entry.path, {})
            result: Fixity
            try:
                result = compare_digests(write(entry.path, entry.size, chunks, given), given)
            except UnreadableFileError as error:
                result = Unreadable(error.reason)
            wrong = fixity_finding(what, entry.path, result)
            if wrong is not None:
                self.findings.append(wrong)
            if isinstance(result, Unreadable):
                break  # nothing can be copied in its place
        return len(self.findings) == before

    def _info(self, agent: str) -> bytes:
        bag = self.bag
        size = sum(entry.size for entry in bag.payload.values())
        counts = dict(payload_counts(size, len(bag.payload)))
        kept = [field for field in (*bag.info, *self._second_info()) if field[0].lower() not in _COUNTED]
        agents = [value for label, value in kept if label.lower() == _AGENT.lower()]
        before = [f"BagIt {bag.version}", bag.form.value, *(f"written by {each}" for each in agents)]
        if bag.seal is not None:
            before.append(f"SHA-256 of its tag manifest {bag.seal}")
        fields = [field for field in kept if field[0].lower() != _AGENT.lower()]
        return format_info((*fields, *counts.items(), (_AGENT, agent), ("Converted-From", "; ".join(before))))

    def _second_info(self) -> tuple[tuple[str, str], ...]:
        """Return the fields of a ``bag-info.txt`` beside the ``package-info.txt`` in which a draft keeps its fields.

        They would be lost otherwise: the file of that name in the new bag holds its own fields.
        """
        name, bag = "bag-info.txt", self.bag
        if bag.version not in _WITH_PACKAGE_INFO or name not in bag.tags or bag.declaration is None:
            return ()
        faults: list[Fault] = []
        expected = bag.tag_claims.expected.get(name, {})
        digest = MultiDigest(expected)

        def hashed() -> Iterator[bytes]:
            for _entry, chunks in bag.container.contents((bag.tags[name],)):
                for chunk in chunks:
                    digest.update(chunk)
                    yield chunk

        whole = hashed()
        lines = read_lines(whole, bag.declaration.encoding, faults, bag.container.limits)
        fields = tuple(read_info_fields(lines, faults))
        deque(whole, maxlen=0)
        if digest.hexdigests() != expected:
            # It was intact when the checks read it.
            raise BagError(f"{name} changed while the bag was converted", hint="No bag was made. Run it again.")
        return fields
