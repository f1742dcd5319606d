"""The contracts: what files must be like that people and programs read for decades.

Every version of every schema, profile and table lies under ``schemas/``, ours and those of others, and is found by
name. A JSON value is held against a schema here; XML and bags are checked in the rooms that write them, which take the
schema's bytes from here. XML of anybody is parsed with the one parser that is safe for it. Nothing is ever fetched.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
