"""Deposit into a folder: another disk, a mounted share, a drop-box.

A bag is copied beside its place, synced, read back, and appears by a rename, with a receipt beside it.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
from pathlib import Path
from typing import BinaryIO, cast

from preserve.bag import BagReport, Depth, Form, Stage, WrittenBag, publish, sweep_stages, verify
from preserve.deposit.model import DigestStatement, Level, Parcel, Receipt, State
from preserve.digests import CHUNK, digest_stream
from preserve.errors import ArchiveError, BagError, DepositError
from preserve.octets import NEW_FILE, may_write, replace_file, sync_folder, translate_os_errors, write_all

__all__ = ["DirectoryDepositor"]


class DirectoryDepositor:
    """Copies bags into one folder.

    Args:
        address: The folder; it is made if only its last part is missing.
    """

    name = "directory"
    describes = "a folder: another disk, a mounted share, a drop-box"

    def __init__(self, address: str) -> None:
        self._folder = Path(address).expanduser().absolute()

    @property
    def target(self) -> str:
        """See :class:`preserve.deposit.Depositor`."""
        return f"{self.name}:{self._folder}"

    def check(self, parcel: Parcel) -> None:
        """See :class:`preserve.deposit.Depositor`."""
        folder = self._folder
        with translate_os_errors("could not look at", folder, DepositError):
            inside = folder.resolve().is_relative_to(parcel.archive.resolve())
            there = folder.exists()
            if inside:
                raise DepositError(
                    f"{folder} is inside the archive {parcel.archive}", hint="Deposit into a folder elsewhere."
                )
            if there and not folder.is_dir():
                raise DepositError(f"{folder} is a file, not a folder", hint="Name a folder.")
            base = folder if there else folder.parent
            if not base.is_dir():
                raise DepositError(
                    f"the folder {folder} is not there", hint="Make it first, and check that its disk is mounted."
                )
            if not may_write(base):
                raise DepositError(f"could not write to {base}: permission denied", hint="Ask its owner for the right.")
            free = shutil.disk_usage(base).free
            # What is there already needs no room; whether it is the same bag is seen when it is deposited.
            if there and os.path.lexists(self._place(parcel)):
                return
            if free < parcel.size:
                raise DepositError(
                    f"{base} has {free} bytes free, {parcel.label} needs {parcel.size}", hint="Make room there."
                )

    def deposit(self, parcel: Parcel, at: str) -> Receipt:
        """See :class:`preserve.deposit.Depositor`."""
        with translate_os_errors("could not deposit into", self._folder, DepositError):
            self._folder.mkdir(_NEW_FOLDER, exist_ok=True)
            place = self._place(parcel)
            stranger = self._stranger(parcel, place)
            if stranger is not None:
                return self._refusal(parcel, stranger, at)
            if os.path.lexists(place):
                return self._compare(parcel, place, at)
            try:
                report = self._bring(parcel, place)
            except ArchiveError as error:
                raise DepositError(error.message, hint=error.hint) from error
            return self._receipt(parcel, place, report, at, already=False)

    def _bring(self, parcel: Parcel, place: Path) -> BagReport:
        """Copy the bag into a stage, read the copy back, and let it appear."""
        sweep_stages(self._folder)
        with Stage(self._folder) as stage:
            report = self._copy(parcel, stage.path / place.name)
            size = parcel.size if report.form is Form.DIRECTORY else report.path.stat().st_size
            copy = WrittenBag(report.name, report.path, report.form, parcel.seal, report.files, report.bytes, size)
            publish([(copy, place)], check=None)  # _copy has read every bit of it back
        return report

    def _place(self, parcel: Parcel) -> Path:
        return self._folder / f"{parcel.name}{parcel.form.suffix}"

    def _compare(self, parcel: Parcel, place: Path, at: str) -> Receipt:
        """Compare what is there already: the same bag is a success, anything else is left alone."""
        # A link could lead to the archive itself, and its bag would pass for a copy.
        if place.is_symlink():
            return self._refusal(parcel, f"{place} is a link", at)
        try:
            report = verify(place, depth=Depth.FULL, seal=parcel.seal)
        except BagError as error:
            return self._refusal(parcel, f"something else is at {place}: {error.message}", at)
        if not report.valid or report.form is not parcel.form:
            return self._refusal(parcel, f"something else is at {place}: {_codes(report)}", at)
        return self._receipt(parcel, place, report, at, already=True)

    def _stranger(self, parcel: Parcel, place: Path) -> str | None:
        """Say what lies in the place of the receipt, unless it is a receipt of this bag."""
        path = _receipt_path(place)
        if not os.path.lexists(path):
            return None
        try:
            old = json.loads(_read_receipt(path))
            ours = (old["bag"], old["version"]) == (parcel.bag, parcel.version)
        except (ValueError, KeyError, TypeError, RecursionError, DepositError):
            ours = False
        return None if ours else f"{path} is not a receipt of {parcel.label}"

    def _refusal(self, parcel: Parcel, says: str, at: str) -> Receipt:
        return Receipt(
            target=self.target, bag=parcel.bag, version=parcel.version, state=State.REJECTED, says=says, at=at
        )

    def _copy(self, parcel: Parcel, staged: Path) -> BagReport:
        if parcel.form is Form.DIRECTORY:
            _copy_folder(parcel.path, staged)
        else:
            _copy_file(parcel.path, staged)
        try:
            report = verify(staged, depth=Depth.FULL, seal=parcel.seal)
        except BagError as error:
            raise DepositError(f"the copy of {parcel.label} is no bag: {error.message}", hint=_AUDIT) from error
        if not report.valid:
            raise DepositError(f"the copy of {parcel.label} is not valid ({_codes(report)})", hint=_AUDIT)
        return report

    def _receipt(self, parcel: Parcel, place: Path, report: BagReport, at: str, *, already: bool) -> Receipt:
        digests = [_seal("archive", parcel.seal), _seal("read-back", report.seal or "")]
        if parcel.form is not Form.DIRECTORY:
            with _open_regular(place) as stream:
                value = digest_stream(stream, ["sha256"])[0]["sha256"]
            of = parcel.form.value
            digests.append(DigestStatement(of=of, algorithm="sha256", value=value, computed_by="read-back"))
        receipt = Receipt(
            target=self.target,
            bag=parcel.bag,
            version=parcel.version,
            state=State.VERIFIED,
            says=f"{'Was already at' if already else 'Copied to'} {place}, read back and verified.",
            at=at,
            place=str(place),
            level=Level.BAG,
            digests=tuple(digests),
            files=report.files,
            bytes=report.bytes,
            already=already,
        )
        path = _receipt_path(place)
        # The receipt of the first deposit stays. Only one that is missing, after a crash, is written again.
        if not already or not os.path.lexists(path):
            replace_file(path, (json.dumps(receipt.as_json(), indent=2, ensure_ascii=False) + "\n").encode())
        return receipt


_RECEIPT_LIMIT = 1 << 20
"""Bytes of a receipt, at most."""
_AUDIT = "The stored bag may be damaged; run: preserve audit."
_NO_FILE = frozenset({errno.ELOOP, errno.ENXIO, errno.ENODEV})
"""What opening a link, a socket or a device without a driver ends with."""
_NEW_FOLDER = 0o775
"""The rights of a folder of a copy, less the umask: whatever that is, not everybody may write there."""


def _read_receipt(path: Path) -> bytes:
    # Whoever can write into the target can put anything there, also a file without end.
    with _open_regular(path) as stream:
        data = stream.read(_RECEIPT_LIMIT + 1)
    if len(data) > _RECEIPT_LIMIT:
        raise ValueError("too long for a receipt")
    return data


def _receipt_path(place: Path) -> Path:
    return place.with_name(f"{place.name}.receipt.json")


def _seal(computed_by: str, value: str) -> DigestStatement:
    return DigestStatement(of="tag manifest", algorithm="sha256", value=value, computed_by=computed_by)


def _codes(report: BagReport) -> str:
    return ", ".join(sorted({each.code for each in report.findings})) or report.verdict.value


def _copy_folder(source: Path, target: Path) -> None:
    target.mkdir(_NEW_FOLDER)
    with os.scandir(source) as entries:
        listed = sorted(entries, key=lambda entry: entry.name)
    for entry in listed:
        if entry.is_dir(follow_symlinks=False):
            _copy_folder(source / entry.name, target / entry.name)
        else:
            # A link too comes here: it is refused, not followed.
            _copy_file(source / entry.name, target / entry.name)
    sync_folder(target)


def _copy_file(source: Path, target: Path) -> None:
    """Copy one regular file, sync it, and drop it from the cache: what is read back must come from the disk."""
    with _open_regular(source) as reading:
        writing = os.open(target, NEW_FILE, 0o644)
        try:
            while chunk := reading.read(CHUNK):
                write_all(writing, chunk)
            os.fsync(writing)
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(writing, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(writing)


def _open_regular(path: Path) -> BinaryIO:
    """Open a regular file, and nothing else: whoever can write beside it can put a link or a FIFO in its place."""
    try:
        # O_NONBLOCK: opening a FIFO must not wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno not in _NO_FILE:
            raise
        raise DepositError(f"{path} is not a regular file", hint=_AUDIT) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise DepositError(f"{path} is not a regular file", hint=_AUDIT)
    return cast("BinaryIO", os.fdopen(descriptor, "rb", buffering=0))
