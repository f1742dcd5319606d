"""The catalogue: an SQLite index of the archive, made by folding its event log, deleted and made again at will.

``tables`` has the schema. ``rows`` turns events into rows, and rows, once checked, into stored bags. ``folding`` puts
events into the tables, and ``comparison`` says whether the tables are what a fold gives. ``database`` opens the file,
says in what condition it is, and runs transactions. ``index`` brings all of it together and answers questions. No other
room knows SQL, and none finds a truth here that the bags and the event log do not have: hostile hands may have written
the file. No person is indexed: the columns of a cable are the fields of
:class:`preserve.archive.cable_entry.CableEntry`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
