"""One module a format: from a description to the file that a target reads.

Scope: pure writers, each ``write(description) -> bytes``. Not in scope: validity (``checks``), the table of formats
(``formats``).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
