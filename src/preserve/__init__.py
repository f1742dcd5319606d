"""preserve: a digital-preservation packager for diplomatic cables.

It reads captured cables, normalizes each into a record and TEI, bundles them with their provenance into BagIt bags,
keeps the bags in an archive, verifies their fixity, and deposits them. It publishes nothing, fills in no redaction, and
indexes no persons.

This is the face of the library: ``docs/reference/library.md`` has every name with an example. A name is imported from
its room when it is first used, so that the command starts fast and whoever only verifies bags needs little.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
