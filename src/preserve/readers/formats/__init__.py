"""The readers of the known formats, a module each, registered as entry points like those of other packages.

Each recognises the bytes of an item, or says why they are not of its format, and takes the page apart: what the site
says in tables and titles, the routing header, and the body with every character. Pages of HTML go through
``html_page``, which scans them without building a tree; plain text goes through ``decoding``. What is odd about an
item becomes a finding of its page.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
