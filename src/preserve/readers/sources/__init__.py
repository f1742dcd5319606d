"""What the user names, as a stream of items: files, folders, archives of files, files of rows, standard input.

``walk`` goes through them in a fixed order and reads the bytes of one item at a time. ``archives`` makes items of the
members of an archive, which ``zips``, ``tars`` and ``seven_zip`` give one by one, in bounded memory and without writing
to the disk. A file of rows, also one inside an archive, gives its rows. Damage becomes an item with its trouble, and
the rest is read where that can be.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
