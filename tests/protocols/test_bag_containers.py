"""One suite for every container of bags: what a folder gives, every archive gives."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.bag.fixtures import pack, pack_as, put

from preserve.bag.containers.container import Container
from preserve.bag.containers.entry import EntryKind
from preserve.bag.containers.folder import DirectoryContainer
from preserve.bag.containers.opening import SUFFIXES, open_container
from preserve.bag.containers.tar import TarContainer
from preserve.bag.containers.tar_stream import PackedTarContainer
from preserve.bag.containers.zip import ZipContainer
from preserve.bag.model import Form


class ContainerContract:
    """What every container does."""

    form: Form

    def make(self, root: Path) -> Container:
        """Hold the files below a folder."""
        raise NotImplementedError

    def lies_at(self, root: Path) -> Path:
        """Give where those files lie."""
        raise NotImplementedError

    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        root = tmp_path / "bag"
        put(root / "bagit.txt", b"first\n")
        put(root / "data" / "a" / "b.txt", b"b" * 3_000_000)
        put(root / "data" / "empty.txt", b"")
        put(root / "data" / "\u00fcber \u2028.txt", b"u")
        (root / "data" / "nothing").mkdir()
        (root / "data" / "link").symlink_to("empty.txt")
        os.mkfifo(root / "pipe")
        return root

    def test_it_is_chosen_by_what_lies_there(self, root: Path) -> None:
        made = self.make(root)
        opened = open_container(self.lies_at(root))
        assert type(opened) is type(made)
        assert opened.form is self.form
        made.close()
        opened.close()

    def test_it_lists_everything_once(self, root: Path) -> None:
        container = self.make(root)
        listing = container.listing()
        container.close()
        assert listing.name == "bag"
        assert {
            path: (entry.kind, entry.size) for path, entry in listing.entries.items() if entry.kind is EntryKind.FILE
        } == {
            "bagit.txt": (EntryKind.FILE, 6),
            "data/a/b.txt": (EntryKind.FILE, 3_000_000),
            "data/empty.txt": (EntryKind.FILE, 0),
            "data/\u00fcber \u2028.txt": (EntryKind.FILE, 1),
        }
        others = {path: entry.kind for path, entry in listing.entries.items() if entry.kind is not EntryKind.FILE}
        assert others == {
            "data": EntryKind.FOLDER,
            "data/a": EntryKind.FOLDER,
            "data/nothing": EntryKind.FOLDER,
            "data/link": EntryKind.LINK,
            "pipe": EntryKind.SPECIAL,
        }
        assert {path for path, entry in listing.entries.items() if entry.path != path} == set()

    def test_it_reports_what_it_does_not_follow(self, root: Path) -> None:
        container = self.make(root)
        findings = {(finding.code, finding.where) for finding in container.listing().findings}
        container.close()
        prefix = "" if self.form is Form.DIRECTORY else "bag/"
        assert findings == {("link-in-bag", f"{prefix}data/link"), ("special-file", f"{prefix}pipe")}

    def test_it_gives_the_octets_of_what_it_listed_each_once(self, root: Path) -> None:
        container = self.make(root)
        entries = [entry for entry in container.listing().entries.values() if entry.kind is EntryKind.FILE]
        read = [(entry.path, b"".join(chunks)) for entry, chunks in container.contents(entries)]
        container.close()
        assert len(read) == len(entries)
        assert dict(read) == {entry.path: (root / entry.path).read_bytes() for entry in entries}

    def test_it_gives_large_files_in_small_pieces(self, root: Path) -> None:
        container = self.make(root)
        entry = container.listing().entries["data/a/b.txt"]
        ((_entry, chunks),) = container.contents([entry])
        assert max(len(chunk) for chunk in chunks) <= 1 << 20
        container.close()

    def test_a_file_left_half_read_does_not_disturb_the_next(self, root: Path) -> None:
        container = self.make(root)
        entries = container.listing().entries
        names = ["bagit.txt", "data/a/b.txt", "data/\u00fcber \u2028.txt"]
        sizes = {}
        for entry, chunks in container.contents([entries[name] for name in names]):
            sizes[entry.path] = len(next(chunks))
        container.close()
        assert sizes.keys() == set(names)
        assert (sizes["bagit.txt"], sizes["data/\u00fcber \u2028.txt"]) == (6, 1)
        assert 0 < sizes["data/a/b.txt"] <= 1 << 20

    def test_files_can_be_asked_for_again(self, root: Path) -> None:
        container = self.make(root)
        entry = container.listing().entries["data/a/b.txt"]
        for _time in range(2):
            ((_entry, chunks),) = container.contents([entry])
            assert sum(map(len, chunks)) == 3_000_000
        container.close()

    def test_only_a_stream_has_digests_before_it_is_asked(self, root: Path) -> None:
        container = self.make(root)
        assert {container.digests_of(entry) for entry in container.listing().entries.values()} == {None}
        container.close()


class TestDirectory(ContainerContract):
    form = Form.DIRECTORY

    def make(self, root: Path) -> Container:
        return DirectoryContainer(root)

    def lies_at(self, root: Path) -> Path:
        return root


class TestTar(ContainerContract):
    form = Form.TAR

    def make(self, root: Path) -> Container:
        return TarContainer(pack(root))

    def lies_at(self, root: Path) -> Path:
        return pack(root)


class _PackedTarContract(ContainerContract):
    form = Form.TAR
    compression: str

    def make(self, root: Path) -> Container:
        suffixes = SUFFIXES[self.compression]
        return PackedTarContainer(self.lies_at(root), self.compression, suffixes)

    def lies_at(self, root: Path) -> Path:
        return pack_as(root, SUFFIXES[self.compression][0])


class TestGzip(_PackedTarContract):
    compression = "gzip"


class TestBzip2(_PackedTarContract):
    compression = "bzip2"


class TestXz(_PackedTarContract):
    compression = "xz"


class TestZstandard(_PackedTarContract):
    form = Form.TAR_ZST
    compression = "zstd"


class TestZip(ContainerContract):
    form = Form.ZIP

    def make(self, root: Path) -> Container:
        return ZipContainer(self.lies_at(root))

    def lies_at(self, root: Path) -> Path:
        return pack_as(root, ".zip")
