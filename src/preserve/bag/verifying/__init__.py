"""Verifying: whether a bag is what it should be, told as findings and one verdict.

``verification`` takes the fast path for small bags that are by the book; every other bag is scanned, and each of the
``checks`` looks at the scan. A ``profile`` asks more than BagIt does, also of a bag that is only planned. ``partial``
verifies some files of a bag. ``trust`` gives out files that are believed only as far as seal, tag manifest and manifest
carry them. ``second_opinion`` asks bagit-python; the verdict stays ours.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
