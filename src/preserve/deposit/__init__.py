"""Deposit: carries stored bags to targets, each kind of target an entry point of the group ``preserve.depositors``.

Scope: the protocol of a depositor, receipts, the choice of a depositor, and the run with its events. Not in scope:
what the archive keeps (``archive``). A receipt says ``verified`` only after the target's copy was read back.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
