"""The text of a cable as the grammar reads it, and as it is laid out.

A reader gives a ``Page``. ``flat`` shows its body without line breaks and without running matter, so that the rules
read both renderings of a page alike; ``layout`` collects the segments and marks that they find there, in flat offsets,
and settles them into offsets of the text as received. Nothing here knows what a word means.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
