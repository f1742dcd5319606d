"""Validation of any one document: a record, TEI, PREMIS, a profile, a crate, a log, lines of JSON, or settings.

``files`` opens a file and bounds what is read of it, ``recognition`` finds its kind by its content, ``documents`` reads
it as JSON, XML or TOML, ``checks`` asks the room that knows the rules of the kind, and ``json_text`` and ``xml_text``
give each finding its line and column. Two rules are kept here, as no schema can state them: a record must be true of
its own text (``coherence``), and a line of an event log must follow the line before it, across files (``chain``).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
