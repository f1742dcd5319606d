"""Deposit: carries stored bags to targets, each kind of target an entry point of the group ``preserve.depositors``.

Scope: the protocol of a depositor, receipts, the choice of a depositor, and the run with its events. Not in scope:
what the archive keeps (``archive``). A receipt says ``verified`` only after the target's copy was read back.
"""

from __future__ import annotations

from preserve.deposit.model import GROUP, Depositor, DigestStatement, Level, Parcel, Receipt, State
from preserve.deposit.run import deposit
from preserve.deposit.targets import depositor_for, registered

__all__ = [
    "GROUP",
    "Depositor",
    "DigestStatement",
    "Level",
    "Parcel",
    "Receipt",
    "State",
    "deposit",
    "depositor_for",
    "registered",
]
