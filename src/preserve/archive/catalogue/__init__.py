"""The catalogue: an SQLite index of the archive, made by folding its event log, deleted and made again at will.

``tables`` has the schema. ``rows`` turns events into rows, and rows into stored bags. ``database`` opens the file, says
in what condition it is, and runs transactions. ``index`` folds events into it and answers questions. No other room
knows SQL, and none finds a truth here that the bags and the event log do not have. No person is indexed: the columns
of a cable are the fields of :class:`preserve.archive.cable_entry.CableEntry`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
