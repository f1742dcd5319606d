"""Provenance: where the files of a cable come from, told once as values and written as PREMIS and RO-Crate.

Scope: vocabulary, model, history, PREMIS 3.0 and RO-Crate 1.2, written and checked. Not in scope: events after the bag
is sealed; ``archive`` logs them beside it, in the same vocabulary.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
