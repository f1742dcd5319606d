"""The record of a cable: its values, its JSON, its schema, and the identifiers of cables.

``record`` has the frozen values, field by field the properties of the schema; ``codec`` writes them as canonical JSON
and reads them back; ``schema`` checks that JSON against the contract; ``identifier`` brings a cable's name into its
canonical form. Nothing here reads a text: the rules do, and they fill these values.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
