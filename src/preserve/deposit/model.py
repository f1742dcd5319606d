"""The values of the deposit room: the parcel that is sent, the receipt that comes back, the depositor that carries."""

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
"""The group of entry points in which packages register their depositors."""


class State(StrEnum):
    """How far a deposit is."""

    PREPARED = "prepared"
    """It was logged; nothing was sent."""
    SENT = "sent"
    ACCEPTED = "accepted"
    """The target says that it has the bag; nobody looked."""
    VERIFIED = "verified"
    """It was read back from the target and is the same."""
    REJECTED = "rejected"
    """The target does not take it, or has something else in its place."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Nobody can tell; look at the target before depositing again."""


class Level(StrEnum):
    """How the target's copy was checked, weakest first. A digest that the target only repeats is no check."""

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
    """A digest: of what it is, and who computed it.

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
        """Return the statement as receipts have it."""
        return {"of": self.of, "algorithm": self.algorithm, "value": self.value, "computed_by": self.computed_by}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A stored bag on its way to a target.

    Attributes:
        bag: The name of the bag.
        version: Its version, from 1.
        form: Directory, tar, compressed tar or zip.
        path: The folder or file in which it is read; never written.
        seal: The SHA-256 of its strongest tag manifest when it was stored.
        size: The bytes of all its files; of an archive its own size.
        archive: The root of the archive from which it comes.
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
        """The name at a target that has one place for each name: the bag's; from the second version on with ``-v2``."""
        return self.bag if self.version == 1 else f"{self.bag}-v{self.version}"

    @property
    def label(self) -> str:
        """The name that people use, with the version: ``07STRELSAU42/v1``."""
        return f"{self.bag}/v{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What is known of a deposit when it has ended.

    Attributes:
        target: Where it went, as :attr:`Depositor.target` names it.
        bag: The name of the bag.
        version: Its version.
        state: How the deposit ended.
        says: What happened, a sentence.
        at: When, as ``2026-01-31T09:30:00Z``.
        place: Where the copy is at the target; ``None`` if there is none.
        level: How the copy was checked; ``None`` if it was not.
        digests: Which digests are known, and who computed each.
        files: The number of payload files of the copy.
        bytes: The bytes of these.
        already: Whether the target had this bag before.
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
        """Return the receipt as the event log and receipt files have it, without what is not known."""
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
    """Carries bags to one target.

    Register the class as an entry point in the group :data:`DEPOSITORS_GROUP`. What a user writes after ``--to``,
    ``NAME:ADDRESS``, makes it: it is called with the address alone, as ``DirectoryDepositor("/mnt/copies")``, and must
    neither connect nor write then. Of a target that needs more, as a secret, the rest comes from the environment.

    For each bag :meth:`check` is called, then :meth:`deposit`; before and after, the caller logs events. A process may
    die at any moment and the same bag be deposited again: however often that is done, the target has it once. An
    implementation raises nothing but :class:`preserve.errors.DepositError`. One contract suite
    (``tests/protocols/depositor.py``) runs for each.
    """

    name: str
    """The name of the entry point: lower-case letters, digits, ``+``, ``_``, ``-``, a letter first."""
    describes: str
    """What kind of target it is, one line for people."""

    @property
    def target(self) -> str:
        """How receipts and events name the target: the entry point's name, a colon, and the address without secrets."""

    def check(self, parcel: Parcel) -> None:
        """Make sure that the target can take a parcel: that it is there, may be written, and has room.

        Nothing is created and nothing is sent.

        Raises:
            DepositError: It cannot; the hint says what to do.
        """

    def deposit(self, parcel: Parcel, at: str) -> Receipt:
        """Carry a parcel to the target, check the copy that arrived, and return what is known of it.

        The copy appears whole or not at all. If the target has the same bag already, it is checked, nothing is sent,
        and the receipt says ``already``. If something else is in its place, that is left alone, and the receipt says
        :attr:`State.REJECTED`. :attr:`State.VERIFIED` is only for a copy that was read back, here or by the target
        (``level`` says how); else a success is :attr:`State.ACCEPTED`. At least one digest of the copy is one that the
        archive did not just declare.

        Args:
            parcel: The bag.
            at: Now, as ``2026-01-31T09:30:00Z``: the time of the receipt.

        Raises:
            DepositError: The target did not answer or could not be written, or the copy is not what was sent. Nothing
                half-written is visible there.
        """
