"""Access: what comes out of an archive for people and for other systems (OAIS: Access).

``dissemination`` takes the files of a cable out of a stored bag into a new folder. ``export`` reads the records of a
bag and writes what may be told of each cable in the formats of others. ``lifetime`` tells the whole life of some bags:
the history that each holds inside, and what the event log adds.

Whatever comes out of a bag comes by its chain of trust. Formats are for ``description``, PREMIS is for ``provenance``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
