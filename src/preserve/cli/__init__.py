"""The command ``preserve``: arguments in, work handed to the rooms, outcomes printed, an exit code.

Each verb has a module, thin: it reads its flags, calls a room, gives what comes back to ``report`` and prints that.
``main`` finds the module of the verb that was asked for and imports no other, so that no verb waits for the rooms of
the rest; flags that several verbs share lie in modules that import no more than these flags need. Only ``main`` turns
an exception into a message and an exit code, and only ``console`` writes to the two streams.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
