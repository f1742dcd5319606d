"""What changed between two sources of one cable, or between the releases that several folders hold.

Scope: comparing and classifying (``words``, ``matching``, ``texts``, ``metadata``, ``cables``), opening what is
compared (``sides``, ``spool``), folders (``corpus``). Not in scope: merging releases, which nothing here does; showing
results (``report``).

The iron rule: no result holds a text of a cable. Of texts it has places, lengths and counts; a value of the metadata
is in it only under the conditions of ``metadata``. So nothing that one side redacts gets out by way of the other side,
in whatever order, format or error message.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
