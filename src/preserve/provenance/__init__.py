"""Provenance: where the files of a cable come from, as values that PREMIS and RO-Crate then write.

``provenance_of`` traces the history of a cable from its record and files: events, agents and rights (``model``), in
the terms of the Library of Congress (``vocabulary``), by the program that runs (``software``). ``encode_premis`` and
``encode_crate`` write it; ``check_premis`` and ``check_crate`` judge such files, from anybody. ``combine_premis`` adds
what happened to stored bags afterwards, which ``archive`` logs in the same terms.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
