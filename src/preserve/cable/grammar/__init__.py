"""The grammar of a body: the rules in their order, and what one tells the next.

``body`` leads from a text to a ``ParsedBody``. It leaves running matter out of the flat view (``holes``), finds where
the parts stand (``outline``), reads the fields of the head (``head``), the closing, the paragraphs and the marks, and
lets the layout settle. Each rule itself is in ``rules``; nothing here knows the page around the text.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
