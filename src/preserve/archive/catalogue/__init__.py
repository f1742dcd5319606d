"""The catalogue: an index of the archive, made by folding its event log, deleted and made again at will.

Scope: the one place that knows SQL. Not in scope: the truth; that is the bags and the event log. No person is
indexed: the columns are those of :class:`preserve.archive.model.CableEntry`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
