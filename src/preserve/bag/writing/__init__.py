"""Writing: new bags, hashed while they are written, and then published in one step.

A ``stage`` is a private folder beside the place of a new bag. There a :class:`BagWriter` sends files to a sink (a
folder, a tar, a zip), hashes them on the way, and ends with the manifests. ``publication`` syncs everything once,
verifies it, and renames it into view. A crash at any moment leaves a whole bag or a stage that the next run removes.
Equal input gives equal bytes: nothing here asks the clock.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
