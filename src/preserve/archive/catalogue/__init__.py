"""The catalogue: an index of the archive, made by folding its event log, deleted and made again at will.

Scope: the one place that knows SQL. Not in scope: the truth; that is the bags and the event log. No person is
indexed: the columns are those of :class:`preserve.archive.model.CableEntry`.
"""

from __future__ import annotations

from preserve.archive.catalogue.index import Catalogue, Condition, Order

__all__ = ["Catalogue", "Condition", "Order"]
