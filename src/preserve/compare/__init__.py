"""Comparison: what changed between two sources of one cable, or between the releases that several folders hold.

``operands`` reads a source, or that of a bag, into a record. ``words`` splits its texts, ``matching`` aligns the words
of two, ``texts`` says what kind each difference is, ``metadata`` compares the fields; ``cables`` puts this together.
``corpus`` does it for whole folders, with pages out of archives kept aside (``kept_pages``). Releases are never merged.

No result holds a text of a cable. Of texts it has places, lengths and counts; it has a value of the metadata only under
the conditions of ``metadata``. So nothing that one side redacts gets out by way of the other side: in no order, no
format and no error message.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
