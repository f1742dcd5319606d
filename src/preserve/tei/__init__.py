"""TEI: the record of a cable as a TEI P5 document, the page and the text for people, and the checks.

``encode_tei`` finds where the fields of a record stand in its text (``anchors``, ``taxonomy``), cuts each text into its
segments (``pieces``), and writes these as blocks (``division``) with their marks as phrases (``marks``), below a header
(``header`` and its parts) that says who claims what (``certainty``). Not one character of the text is added or lost:
``check_tei`` holds that, with the profile ``schemas/cable-tei-1.0.rnc``. ``render_page`` makes HTML of the document.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
