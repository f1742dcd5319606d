"""Deposit: stored bags are carried to targets. Each kind of target is an entry point in ``preserve.depositors``.

``targets`` finds the depositor of what a user wrote after ``--to``. ``transfer`` makes a parcel of the stored bag, logs
that it is about to be sent, lets the depositor carry it, and logs the receipt. ``model`` has these values and the
protocol :class:`Depositor`; ``directory`` is the first that meets it. A receipt says ``verified`` only after the
target's copy was read back.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
