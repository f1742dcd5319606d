"""Bags (BagIt, RFC 8493): verified wherever they lie, made of any files, copied, converted, taken apart.

A bag is opened as a container (``containers``), its listing and tag files are read (``reading``), and that is checked
(``verifying``). New bags are written in a stage, checked, and renamed into their places (``writing``). What copies the
files of a bag or of anybody stands above both (``copying``). ``model`` has the words that all share and ``limits`` how
much of a bag is read. A bag in its place is never changed, and nothing outside it is read on its word.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
