"""One deposit from start to receipt, with the events that the archive logs before and after it."""

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
    """Deposit a stored bag; deposited again, it makes no second copy.

    An event says ``prepared`` before anything is sent, a second one says how it ended. A first one without a second,
    as after ``kill -9``, means that nobody knows; the next deposit looks at the target before it sends anything.

    Args:
        archive: Where the bag is stored and the events are logged.
        stored: The bag.
        depositor: Carries it to its target.

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

    def log_state(state: State, says: str) -> None:
        at = archive.now()
        _log(
            archive,
            Receipt(target=depositor.target, bag=parcel.bag, version=parcel.version, state=state, says=says, at=at),
        )

    log_state(State.PREPARED, f"About to be deposited at {depositor.target}.")
    try:
        receipt = depositor.deposit(parcel, archive.now())
    except DepositError as error:
        log_state(State.FAILED, str(error))
        raise
    except BaseException:
        # Ctrl-C, or a fault of the depositor. What stopped us matters more than a log that cannot be written.
        with contextlib.suppress(ArchiveError):
            log_state(State.UNKNOWN, "Interrupted.")
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
