"""``python -m preserve`` is the command ``preserve``."""

import os
import sys

# "python -m" puts the current folder first on the path, and captured pages may lie in it: nothing more is imported from
# there, unless preserve itself is. Only modules that Python has loaded by now are used for that.
if not sys.flags.safe_path and sys.path[0] != os.path.dirname(os.path.dirname(__file__)):  # noqa: PTH120
    del sys.path[0]

from preserve.cli import run

run()
