"""Copying: bags made of any files, bags written again in another form, and payload taken out of bags.

``gather`` walks over files and folders and says what speaks against bagging them; ``make`` writes them as a bag.
``convert`` verifies a bag and writes it again in the same pass. ``extract`` takes files out, each only when it is what
a manifest says. All read their source once, change nothing of it, and publish their result whole or not at all.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
