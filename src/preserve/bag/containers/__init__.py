"""Containers: a bag as a folder, a tar, a compressed tar, a stream or a zip, read where it lies without unpacking.

``opening`` looks at what lies at a path and returns the container for it. The container lists everything once, as
entries by path (in a table when they are many), and reports what is wrong with the archive itself. From then on it
gives the bytes of listed entries and of nothing else, so no path that a bag names can lead out of it. A new kind of
place for bags is one more class that meets the protocol :class:`Container`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
