"""Descriptions of cables for the catalogues and repositories of others (OAIS: Descriptive Information).

``describe_cable`` derives one description from a record and its bag; it invents nothing and names no person
(``docs/decisions/0014-what-metadata-tells.md``). ``render_metadata`` writes it in one of the :data:`FORMATS`, each with
a writer in ``targets``, and holds the file against what its target can read before it gives the file out.
``write_cmif`` makes one index of any number of descriptions. Nothing is sent anywhere: ``deposit`` does that.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
