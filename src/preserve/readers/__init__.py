"""Reading captured sources: from what the user names to the parts of a page.

``walk_sources`` names every item that files, folders, archives and standard input stand for, and ``load_source`` reads
the bytes of one. ``read_page`` asks the registered readers in turn; the first that recognises the item makes a
:class:`preserve.cable.Page` of it, and if none does, the error holds the reason of each. What the text of the cable
says is not a matter of this room: ``preserve.cable.normalize`` takes the page from here. A source that cannot be read
never stops the others: it comes as a reference with its trouble.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
