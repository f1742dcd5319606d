"""Reading: what a bag says of itself, understood as far as it can be.

``scan`` lists a container and reads its tag files, each once and hashed on the way: ``tagfiles`` takes their text
apart, ``manifests`` matches what they list with what is there. The result is a :class:`ScannedBag`, on which the checks
stand. ``fixity`` hashes files and compares them with the digests that they should have. ``member_index`` and
``indexing`` read, make and compare the index of a tar; ``selection`` and ``summary`` answer what is in a bag.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
