"""Bytes below the rooms: compressed, in tars, in zips, and on the disk for good.

Archives are read in bounded memory and time, whoever made them: ``decompression`` reads forward, ``tar_headers`` walks
over the members of a tar, ``zip_table`` and ``zip_members`` read zips. ``tar_blocks`` writes tars that are the same
bytes each time. ``durable`` writes, syncs and renames so that nothing is half there; ``read_ahead`` keeps a disk busy;
``os_errors`` turns what the operating system says into errors of ours. Nothing here knows of bags or cables.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
