"""Runs ``preserve`` many times and starts it once: each run is a fork of a process that has imported everything.

To start the command and to import what it needs takes far longer than most runs of it, and the tests run it a thousand
times. A run here is a process of its own all the same, with its own working directory, environment, descriptors and
exit code; only its imports were done before. `make test-all` starts a real command each time.

A client (``fork_client.py``) connects to the socket, passes its three standard descriptors and then a marshalled
``(arguments, working directory, environment)``, and gets the wait status of the run, as four bytes.

Usage: python -m tests.cli.fork_server SOCKET; it ends when its standard input does.
"""

from __future__ import annotations

import gc
import importlib
import marshal
import os
import pkgutil
import runpy
import select
import socket
import sys
import traceback
from contextlib import suppress
from typing import NoReturn

import preserve

BESIDES = (
    "bagit",
    "jsonschema",
    "lxml.html",
    "rich.progress",
    "sqlalchemy.dialects.sqlite",
    "typer.rich_utils",
)
"""What the package imports only where it is needed."""


def import_everything() -> None:
    for module in pkgutil.walk_packages(preserve.__path__, "preserve."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for name in BESIDES:
        with suppress(ImportError):
            importlib.import_module(name)


def serve(path: str) -> None:
    """Take clients until standard input ends."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        gc.freeze()
        print("ready", flush=True)  # noqa: T201 - to the process that waits for it
        while listener in select.select([listener, sys.stdin], [], [])[0]:
            client, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _answer(client)
            client.close()
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG) != (0, 0):
                    pass


def _answer(client: socket.socket) -> NoReturn:
    """Run one command in a child, and tell the client how it ended."""
    _, descriptors, _, _ = socket.recv_fds(client, 1, 3)
    with client.makefile("rb") as stream:
        arguments, folder, environment = marshal.load(stream)
    child = os.fork()
    if child == 0:
        client.close()
        for number, descriptor in enumerate(descriptors):
            os.dup2(descriptor, number)
            os.close(descriptor)
        _run(arguments, folder, environment)
    for descriptor in descriptors:
        os.close(descriptor)
    with suppress(BrokenPipeError):
        client.sendall(os.waitpid(child, 0)[1].to_bytes(4, "little"))
    os._exit(0)


def _run(arguments: list[str], folder: str, environment: dict[bytes, bytes]) -> NoReturn:
    """Be ``python -m preserve`` with these arguments."""
    code: object = 1
    try:
        os.chdir(folder)
        os.environb.clear()
        os.environb.update(environment)
        sys.argv = ["preserve", *arguments]
        # New ones: a stream asks its descriptor only when it is made whether it is a terminal, and whether it can seek.
        sys.stdin = open(0, errors="surrogateescape", closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", errors="surrogateescape", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
        runpy.run_module("preserve", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(OSError):
            sys.stdout.flush()
        os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    import_everything()
    serve(sys.argv[1])
