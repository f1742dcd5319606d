"""The cable: its record, and the grammar that reads one from a text.

A reader hands over a ``Page``, and ``normalize`` returns a ``Cable``. ``grammar`` reads the body by the ``rules``, over
a flat view of the ``text``; ``checks`` tells what page and text say differently; ``record`` writes the result as JSON
and holds it against its schema. All of it is pure: values, and functions over text, which know no file, no XML and no
database. What is not stated is absent; nothing is guessed, and nothing that was removed is filled in.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
