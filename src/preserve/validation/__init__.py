"""Validation of any one document: a record, TEI, PREMIS, a profile, a crate, lines of JSON, settings; ours or not.

Scope: recognising what a file is by its content, checking it with the room that knows the rules, and finding the line
of every fault. Not in scope: the rules (each room has its own), bags as a whole (``bag``), an archive (``audit``).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
