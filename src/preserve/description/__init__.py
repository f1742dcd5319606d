"""What a cable is, told to the catalogues and repositories of others (OAIS: Descriptive Information).

Scope: one description of a cable, derived from its record and never invented, and one writer for each format that a
target reads. Not in scope: sending it anywhere (``deposit``), the files of the bag itself (``tei``, ``provenance``).

Persons are never named here; ``docs/decisions/0014-what-metadata-tells.md`` has the rules.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
