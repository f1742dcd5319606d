"""Ingest: sources become bags, in an archive or in a folder.

For each source a worker reads it, normalizes and renders the cable (``one_cable``) and stages its bag (``prepare``).
Or it sets the cable aside (``waiting``) until there are enough of its group (``grouping``) for a bag of many
(``collection``). This process alone lets the staged bags appear, batch by batch, and gives an outcome for each source
once it holds (``batch``, ``outcome``). One bad item never stops the others.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
