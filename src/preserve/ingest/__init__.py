"""Ingest: from one source to one bag, and from many sources to an archive or a folder.

Scope: the only room where reading, normalizing, rendering, provenance and packaging are chained (``flow``), for one
item in a worker (``prepare``) and for many (``batch``). Not in scope: how any of these is done.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
