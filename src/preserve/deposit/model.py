"""The words of the deposit room: what is deposited, what a target answers, and what a depositor must do.

Scope: values and the protocol. Not in scope: the targets; each module of this room is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from preserve.archive import StoredBag
    from preserve.bag import Form

__all__ = ["DEPOSITORS_GROUP", "Depositor", "DigestStatement", "Level", "Parcel", "Receipt", "State"]

DEPOSITORS_GROUP = "preserve.depositors"
"""The group of entry points."""


class State(StrEnum):
    """How far a deposit is."""

    PREPARED = "prepared"
    """Written down; nothing was sent."""
    SENT = "sent"
    ACCEPTED = "accepted"
    """The target says that it has it; nobody looked."""
    VERIFIED = "verified"
    """It was read back from the target and is the same."""
    REJECTED = "rejected"
    """The target does not take it, or has something else in its place."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Nobody can tell; look before doing it again."""


class Level(StrEnum):
    """How the target's copy was checked, weakest first. What a target merely echoes is no check."""

    SIZE = "L1"
    SERVER_DIGEST = "L2"
    """A digest that the target computed."""
    SERVER_FIXITY = "L3"
    """The target's own fixity check."""
    READ_BACK = "L4"
    """Every byte was read back and hashed here."""
    BAG = "L5"
    """The bag was read back and verified as a bag, with its seal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestStatement:
    """A digest, and who computed it from what.

    Attributes:
        of: What was hashed, as ``tag manifest`` or ``tar``.
        algorithm: BagIt's name of the algorithm.
        value: Lower-case hexadecimal.
        computed_by: ``archive`` (when the bag was stored), ``read-back`` (here, from the target's copy) or ``target``.
    """

    of: str
    algorithm: str
    value: str
    computed_by: str

    def as_json(self) -> dict[str, str]:
        """Return it as a receipt has it."""
        return {"of": self.of, "algorithm": self.algorithm, "value": self.value, "computed_by": self.computed_by}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A stored bag on its way to a target.

    Attributes:
        bag: Its name.
        version: Its version.
        form: Directory, tar, compressed tar or zip.
        path: Where it is read.
        seal: The SHA-256 of its tag manifest when it was stored.
        size: Octets of all its files.
        archive: The root of the archive that it comes from.
    """

    bag: str
    version: int
    form: Form
    path: Path
    seal: str
    size: int
    archive: Path

    @classmethod
    def of(cls, stored: StoredBag) -> Parcel:
        """Return the parcel of a stored bag."""
        return cls(
            bag=stored.name,
            version=stored.version,
            form=stored.form,
            path=stored.path,
            seal=stored.seal,
            size=stored.size,
            archive=stored.root,
        )

    @property
    def name(self) -> str:
        """The name at a target that has one place for names: the bag's own, with ``-v2`` from the second version on."""
        return self.bag if self.version == 1 else f"{self.bag}-v{self.version}"

    @property
    def label(self) -> str:
        """How people name it: ``07STRELSAU42/v1``."""
        return f"{self.bag}/v{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What is known of a deposit when it has ended.

    Attributes:
        target: Where it went, as ``directory:/mnt/copies``.
        bag: The bag's name.
        version: Its version.
        state: How it ended.
        says: In words.
        at: When, as ``2026-01-31T09:30:00Z``.
        place: Where the copy is at the target; ``None`` when there is none.
        level: How the copy was checked; ``None`` when it was not.
        digests: Who computed which digest.
        files: Payload files of the copy.
        bytes: Their octets.
        already: Whether the target had the same bag before.
    """

    target: str
    bag: str
    version: int
    state: State
    says: str
    at: str
    place: str | None = None
    level: Level | None = None
    digests: tuple[DigestStatement, ...] = ()
    files: int = 0
    bytes: int = 0
    already: bool = False

    def as_json(self) -> dict[str, object]:
        """Return the receipt as the event log and receipt files have it; what is not known is left out."""
        fields: dict[str, object] = {
            "target": self.target,
            "bag": self.bag,
            "version": self.version,
            "state": self.state.value,
            "says": self.says,
            "at": self.at,
        }
        if self.place is not None:
            fields["place"] = self.place
        if self.level is not None:
            fields["level"] = self.level.value
        if self.digests:
            fields["digests"] = [each.as_json() for each in self.digests]
        return fields | {"files": self.files, "bytes": self.bytes, "already": self.already}


class Depositor(Protocol):
    """Carries bags to one target. Made with the target's address alone: ``DirectoryDepositor("/mnt/copies")``.

    Depositing the same bag twice makes one thing at the target. An implementation raises nothing but
    :class:`preserve.errors.DepositError`.
    """

    name: str
    """The name of the entry point."""
    describes: str
    """One line for people: what kind of target it is."""

    @property
    def target(self) -> str:
        """How receipts and events name the target: the entry point's name, a colon, the address; no secret."""

    def check(self, parcel: Parcel) -> None:
        """Make sure, creating nothing, that the target can be used for a parcel.

        Raises:
            DepositError: It cannot.
        """

    def deposit(self, parcel: Parcel, at: str) -> Receipt:
        """Carry the parcel there, look at what arrived, and say what is known.

        Args:
            parcel: The bag.
            at: Now.

        Raises:
            DepositError: The target did not answer or could not be written; nothing half-written is visible there.
        """
