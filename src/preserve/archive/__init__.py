"""The archive: bags in a store, what happened to them in an event log, and a catalogue by which they are found.

A bag comes in staged. :class:`Archive` (``vault``) announces it in the log, lets it appear in the store (``store``,
``filesystem``), logs its ingestion (``eventlog``) and folds that event into the catalogue (``ledger``, ``catalogue``).
``layout`` says where everything lies; its specification is ``archive/README.md``. One process writes at a time
(``lock``), readers never wait for it. After a crash at any moment the next writer brings all into step again
(``recovery``); a lost catalogue is made again, for the bags and the event log alone are the truth. No stored bag is
ever changed, replaced or removed.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
