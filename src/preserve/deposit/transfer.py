"""One deposit from start to receipt, with what must be written down before and after.

Scope: the write-ahead events in the archive's log. Not in scope: how a target is reached (``directory`` and others).
"""

from __future__ import annotations

import contextlib

from preserve.archive import Archive, EventOutcome, LogEvent, StoredBag
from preserve.deposit.model import Depositor, Parcel, Receipt, State
from preserve.errors import ArchiveError, DepositError
from preserve.octets import translate_os_errors
from preserve.provenance import EventType

__all__ = ["deposit"]

_OUTCOMES = {
    State.ACCEPTED: EventOutcome.SUCCESS,
    State.VERIFIED: EventOutcome.SUCCESS,
    State.REJECTED: EventOutcome.FAIL,
    State.FAILED: EventOutcome.FAIL,
}


def deposit(archive: Archive, stored: StoredBag, depositor: Depositor) -> Receipt:
    """Deposit a stored bag; doing it again makes no second copy.

    An event says ``prepared`` before anything is sent, and a second one how it ended. A first one that stays without
    a second (``kill -9``) means that nobody knows: the next deposit looks at the target before it sends anything.

    Args:
        archive: Where the bag is stored, and where the events go.
        stored: The bag.
        depositor: Carries it.

    Returns:
        The receipt: verified, accepted or rejected.

    Raises:
        ArchiveError: The bag is not at its place, or an event could not be logged (then nothing is sent).
        DepositError: The target cannot be used, did not answer, or could not be written.
    """
    with translate_os_errors("could not look at", stored.path):
        absent = stored.describe_absence()
    if absent is not None:
        raise ArchiveError(f"{stored.label} cannot be deposited: {absent} ({stored.path})", hint="Run: preserve audit.")
    parcel = Parcel.of(stored)
    depositor.check(parcel)

    def write_down(state: State, says: str) -> None:
        at = archive.now()
        _log(
            archive,
            Receipt(target=depositor.target, bag=parcel.bag, version=parcel.version, state=state, says=says, at=at),
        )

    write_down(State.PREPARED, f"About to be deposited at {depositor.target}.")
    try:
        receipt = depositor.deposit(parcel, archive.now())
    except DepositError as error:
        write_down(State.FAILED, str(error))
        raise
    except BaseException:
        # Ctrl-C, or a fault of the depositor: what stopped us matters more than a log that cannot be written.
        with contextlib.suppress(ArchiveError):
            write_down(State.UNKNOWN, "Interrupted.")
        raise
    _log(archive, receipt)
    return receipt


def _log(archive: Archive, receipt: Receipt) -> None:
    event = LogEvent(
        type=EventType.TRANSFER.label,
        at=receipt.at,
        detail=receipt.says,
        outcome=_OUTCOMES.get(receipt.state, EventOutcome.UNKNOWN),
        bag=receipt.bag,
        version=receipt.version,
        data={"receipt": receipt.as_json()},
    )
    archive.log([event])
