"""The cable: its record and the grammar of its text.

Scope: pure values and pure functions over text. Not in scope: files, XML, HTML, databases; this room knows none.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
