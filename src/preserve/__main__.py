"""``python -m preserve`` is the command ``preserve``."""

from preserve.cli import run

run()
