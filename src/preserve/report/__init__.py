"""Reports: outcomes in the words of people and in those of programs.

Scope: pure functions from outcomes to text and to JSON objects (``schemas/outcome-1.0.0.schema.json``). Not in scope:
printing; ``cli`` does that.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
