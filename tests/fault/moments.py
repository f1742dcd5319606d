"""Starts the command so that a signal reaches it at a moment that is counted in what it does, not in seconds.

A moment is a number: of what the command opens, makes, renames and removes, from the first file that it makes. The same
number is the same moment on any machine, however busy, and a test can say for certain that it met a run at work.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from tests.cli.command import environment

_LAUNCH = """
import os, signal, sys
from preserve.cli import run

left, signaled = int(sys.argv[1]), int(sys.argv[2])
if signal.getsignal(signaled) is signal.SIG_IGN:
    # As nohup leaves it, and a shell that runs the tests in the background.
    signal.signal(signaled, signal.default_int_handler if signaled == signal.SIGINT else signal.SIG_DFL)
counted = {"open", "os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "os.truncate"}
begun = False

def count(event, arguments):
    global left, begun
    if event not in counted or str(arguments[0]).endswith((".py", ".pyc", ".so")):
        return
    begun = begun or event == "open" and bool(arguments[2] & os.O_CREAT)
    left -= begun
    if begun and left == 0:
        # Its workers too, as of a terminal that is closed or a machine that is switched off.
        os.killpg(0, signaled)

sys.addaudithook(count)
run(sys.argv[3:])
"""


def run_until(
    moment: int, signaled: signal.Signals, *arguments: str | Path, cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run the command, send it a signal at a moment, and return how it ended and what it had printed.

    Args:
        moment: From 1; a command that ends before it is not met.
        signaled: The signal.
        arguments: Of the command.
        cwd: Where it runs.
    """
    return subprocess.run(
        [sys.executable, "-c", _LAUNCH, str(moment), str(int(signaled)), *map(str, arguments)],
        cwd=cwd,
        env=environment(PYTHONUNBUFFERED="1"),
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
