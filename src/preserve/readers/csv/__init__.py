"""The rows of ``cables.csv``, a file of 1.7 GB, each of which is a source of its own.

``rows`` cuts a stream of bytes into rows, so that a broken row spoils no other, and takes the fields of one apart.
``index`` finds the rows of a file in one pass and keeps their places beside it, so that workers read any row without
those before it. ``index_file`` is the form in which they are kept. The reader ``formats.cables_csv`` says what the
fields mean.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
