"""The rules of the grammar, one a file, each named by the field of the record, or the kind of segment, that it reads.

A rule takes a flat text and a range of it. ``find_...`` returns where something stands; ``read_...`` returns what it
says. Rules keep no state, fail on no text, and take time that is linear in its length. ``grammar`` decides the order in
which they are asked, and hands on what one tells the next; the words that they ask for are in ``vocabulary``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
