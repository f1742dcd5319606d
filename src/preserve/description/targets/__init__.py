"""The writers of descriptions: one module for each format, named by it.

A writer takes a :class:`~preserve.description.model.Description`, whose texts are clean, and returns the bytes of a
file that its target reads. It only spells: what is told of a cable is settled before, and what a description lacks is
left out. JSON, CSV and XML are made by ``description.text`` and ``description.xml_file``; the words of lists that
several targets share are in ``words``. Whether a file is valid is judged afterwards, in ``description.checks``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
