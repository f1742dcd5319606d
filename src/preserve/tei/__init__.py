"""TEI: the record of one cable as a TEI P5 document, and the checks that it is one."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
