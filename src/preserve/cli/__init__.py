"""The command line: one module a verb, thin.

Scope: arguments, output streams, exit codes. Not in scope: the work (the rooms below) and the words (``report``).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
